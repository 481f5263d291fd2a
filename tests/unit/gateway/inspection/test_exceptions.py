"""Literal exceptions: what they excuse, for how long, and that no cut can tell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.inspection.engine import under
from gateway.inspection.exceptions import Exceptions, Excusing
from gateway.inspection.exchange import Caller, Desk
from gateway.inspection.fit import facts
from gateway.inspection.memory import ScanMemory
from gateway.inspection.operators import operators
from gateway.stream.body import apply
from gateway.stream.holdback import HoldBack, redact
from gateway.stream.json_holdback import redact_json
from gateway.verdict import Action, Direction
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT
from policies.loader import load
from policies.policy import AllowTerm, Policy, PolicyError, Rule
from tests.planted import small

DAY = date(2026, 6, 1)
POLICY = Policy(
    "test",
    rules={"*": Rule("redact", "redact")},
    allow_terms=(
        AllowTerm("desk@ourhouse.com", "our own desk", DAY, place="mine.yaml:3:5"),
        AllowTerm(
            "Form 536-22-8726 of 1999", "the number of a form", DAY, frozenset({"US_SSN"}), place="mine.yaml:4:5"
        ),
        AllowTerm("info@ourhouse.com", "our own address", DAY, ignore_case=True, place="mine.yaml:5:5"),
    ),
)


def scanner(policy: Policy = POLICY, today: date = DAY) -> Excusing:
    pipeline = small()._pipeline
    exceptions = Exceptions(policy, lambda: today)
    return Excusing(pipeline, policy, Direction.RESPONSE, operators(policy), exceptions)


ONE = scanner()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to desk@ourhouse.com, not to a@b.com", "write to desk@ourhouse.com, not to [EMAIL_ADDRESS]"),
        ("see Form 536-22-8726 of 1999, please", "see Form 536-22-8726 of 1999, please"),
        ("it is 536-22-8726 of 1999", "it is [US_SSN] of 1999"),
        ("xdesk@ourhouse.com", "[EMAIL_ADDRESS]"),
    ],
)
def test_what_stands_inside_a_term_passes(text: str, shown: str) -> None:
    assert redact(ONE, text).text == shown


def test_ignore_case() -> None:
    policy = Policy("t", rules=POLICY.rules, allow_terms=(AllowTerm("Desk@Ourhouse.com", "x", DAY, ignore_case=True),))
    assert redact(scanner(policy), "to desk@ourhouse.com").text == "to desk@ourhouse.com"
    exact = Policy("t", rules=POLICY.rules, allow_terms=(AllowTerm("Desk@Ourhouse.com", "x", DAY),))
    assert redact(scanner(exact), "to desk@ourhouse.com").text == "to [EMAIL_ADDRESS]"


def test_each_use_is_reported_with_its_place_and_only_then() -> None:
    found = redact(ONE, "desk@ourhouse.com or a@b.com").findings
    assert [(f.entity, f.action, f.recognizer) for f in found if f.passes] == [
        ("*", Action.ALLOW, "exception mine.yaml:3:5")
    ]
    assert not [f for f in redact(ONE, "nothing here").findings if f.passes]


def test_it_ends_with_its_last_day() -> None:
    assert redact(scanner(today=DAY), "desk@ourhouse.com").text == "desk@ourhouse.com"
    assert redact(scanner(today=date(2026, 6, 2)), "desk@ourhouse.com").text == "[EMAIL_ADDRESS]"


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), max_size=8))
def test_no_cut_can_tell(cuts: list[int]) -> None:
    text = "a desk@ourhouse.com, b@c.com Form 536-22-8726 of 1999 and Form 536-22-8726 of 2000; desk@ourhouse.com"
    places = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    channel = HoldBack(ONE)
    out = "".join([*(channel.push(text[low:high]) for low, high in pairwise(places)), channel.finish()])
    assert out == (
        "a desk@ourhouse.com, [EMAIL_ADDRESS] Form 536-22-8726 of 1999 and Form [US_SSN] of 2000; desk@ourhouse.com"
    )
    assert sum(finding.action is Action.ALLOW for finding in channel.findings) == 3


def test_escapes_are_no_exception() -> None:
    escaped = '{"a": "desk\\u0040ourhouse.com or desk@ourhouse.com"}'
    assert json.loads(redact_json(ONE, escaped).text)["a"] == "[EMAIL_ADDRESS] or desk@ourhouse.com"


TERMS = "extends: default\nallow_terms:\n- {term: a@b.com, reason: ours, expires: 2027-01-31}\n"


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("{term: x, reason: y}", "3:3", "needs a `expires`"),
        ("{term: x, reason: '', expires: 2027-01-31}", "3:21", "say why"),
        ("{term: x, reason: y, expires: soon}", "3:33", "written like 2027-01-31"),
        ("{term: ' x', reason: y, expires: 2027-01-31}", "3:10", "1 to 90"),
        ("{term: x, reason: y, expires: 2027-01-31, entities: [US_SNS]}", "3:56", "did you mean 'US_SSN'"),
        ("{term: x, regex: y}", "3:13", "unknown key 'regex'"),
    ],
)
def test_a_mistake_is_refused(tmp_path: Path, line: str, place: str, words: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: default\nallow_terms:\n- {line}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(str(file), facts())
    assert f"{file}:{place}: " in str(caught.value)
    assert words in str(caught.value)


def test_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(TERMS, encoding="utf-8")
    policy = load(str(file), facts())
    engine = under(policy, today=lambda: date(2027, 1, 31))
    assert redact(engine.response, "a@b.com, c@d.com").text == "a@b.com, [EMAIL_ADDRESS]"
    assert redact(engine.response, "jane.a@b.com").text == "[EMAIL_ADDRESS]"  # it reaches beyond the term
    late = under(policy)
    assert redact(late.response, "a@b.com, c@d.com").text == "[EMAIL_ADDRESS], [EMAIL_ADDRESS]"


def test_what_is_remembered_ends_with_its_exception() -> None:
    """A text that was scanned while an exception held is scanned again when it holds no longer."""
    days, memory = [DAY], ScanMemory(b"k" * 32)
    engine = under(replace(POLICY, rules={"*": Rule("redact", "redact")}), today=lambda: days[0])
    body = json.dumps({"messages": [{"role": "user", "content": "Ask desk@ourhouse.com"}]}).encode()

    def sent() -> bytes:
        root = parse(body, max_depth=9, max_nodes=99)
        slots = FORMAT.request_slots(root)
        return apply(body, Desk(engine, memory).take(root, slots, FORMAT, Caller(), ()).inspected.edits)

    assert sent() == sent() == body
    assert memory.hits
    days[0] += timedelta(days=1)
    assert b"desk@" not in sent()
    days[0] += timedelta(days=1)
    hits = memory.hits
    assert b"desk@" not in sent()
    assert memory.hits > hits, "another day alone changes nothing"
