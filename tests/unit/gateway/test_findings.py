"""Recorded findings in words, and under another policy."""

from __future__ import annotations

from dataclasses import replace

from gateway.audit.chain import Row
from gateway.audit.event import Kind, Value
from gateway.findings import Replayed, explain, replay
from policies.policy import Policy, Rule
from tests.unit.gateway.audit.records import chain, event


def rows(*found: tuple[str, str, float, str]) -> list[Row]:
    made = []
    for number, (entity, direction, score, action) in enumerate(found):
        fields: dict[str, Value] = {"entity": entity, "direction": direction, "confidence": score, "action": action}
        fields |= {
            "start": 0,
            "end": 9,
            "recognizer": f"{entity}/x",
            "channel": "content",
            "enforced": action != "warn",
        }
        made.append(replace(event(number, kind=Kind.REDACTION), fields=fields))
    return chain(made)


def test_every_action_has_words() -> None:
    told = explain(rows(*(("US_SSN", "response", 0.7, action) for action in ("mask", "hash", "redact", "keep"))), {})
    assert told is not None
    assert all("us ssn (US_SSN)" in one.sentence and "fairly sure" in one.sentence for one in told.findings)
    assert len({one.sentence for one in told.findings}) == 4
    watched = explain(rows(("URL", "request", 0.3, "warn")), {"URL": "a web address"})
    assert watched is not None
    assert "only watches" in watched.findings[0].sentence
    assert "not very sure" in watched.findings[0].sentence
    assert explain([], {}) is None


def test_a_replay_counts_what_would_fare_differently() -> None:
    before = Policy("before", rules={"US_SSN": Rule("tokenize", "redact"), "URL": Rule("redact", "redact")})
    after = Policy(
        "after",
        rules={"US_SSN": Rule("tokenize", "redact", threshold=0.8), "URL": Rule("block", "redact")},
        mode={"response": "monitor"},
    )
    record = rows(
        *[("US_SSN", "request", 0.9, "tokenize")] * 3,
        ("US_SSN", "request", 0.6, "tokenize"),
        ("URL", "request", 0.9, "redact"),
        ("URL", "response", 0.9, "redact"),
        ("KC", "request", 1.0, "keep"),
    )
    assert replay(record, before, after) == [
        Replayed("URL", "response", "redact", "redact (monitor)", 1, widens=True),
        Replayed("US_SSN", "request", "tokenize", "allow", 1, widens=True),
        Replayed("URL", "request", "redact", "block", 1, widens=False),
        Replayed("US_SSN", "request", "tokenize", "tokenize", 3, widens=False),
    ]
