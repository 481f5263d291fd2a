"""`signed_thinking: pass`: what was signed goes on as it is, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors.firewall import CanaryLeaked
from gateway.errors.policy import PolicyBlock
from gateway.firewall.canary import Watch
from gateway.inspection.fit import facts
from gateway.inspection.inspector import Inspector
from gateway.inspection.links import Hosts
from gateway.inspection.restoring import Restoring
from gateway.stream.body import apply, inspect_slots
from gateway.stream.events import Report
from gateway.stream.scanner import Scanner
from gateway.stream.session import Session
from gateway.stream.signed import SIGNED, Passing, touched
from gateway.stream.watched import Watched
from gateway.vault.matcher import TokenIndex
from gateway.vault.tokenizer import Entry
from gateway.verdict import Action, Direction
from gateway.wire.anthropic_messages import FORMAT
from gateway.wire.format import ALTERED
from gateway.wire.json_text import parse
from policies.loader import load, overlay
from tests.dialects.anthropic import ANTHROPIC, SIGNATURE
from tests.planted import halves, small
from tests.playbook import pipeline, play

V, TOKEN = "jane@example.com", "KC_PERSON_7F3K2Q9B"
THOUGHT = f"She is {V}, or {TOKEN}; SSN 536-22-8726, card 4111 1111 11"


def restoring() -> Scanner:
    entry = Entry("PERSON", "Jane Doe", "jane doe", TOKEN, 1)
    return Restoring(small(), TokenIndex([(TOKEN, entry)]), Hosts())


def thinking(pieces: Any, *, passes: bool = True, by: Scanner | None = None, cut_off: bool = False) -> Any:
    using = Session(FORMAT, by or restoring(), passes_signed=passes)
    return play([b"".join(ANTHROPIC.stream("thinking", pieces, cut_off=cut_off))], using=using)


def test_a_streamed_thought_is_the_same_at_every_split() -> None:
    for parts in halves(THOUGHT):
        trace = thinking(parts)
        assert ANTHROPIC.told(trace.datas, "thinking") == [THOUGHT]
        assert SIGNATURE.encode() in trace.sent
        assert ALTERED.encode() not in trace.sent
    assert V not in ANTHROPIC.told(thinking([THOUGHT], passes=False).datas, "thinking")[0]


def test_what_would_have_been_replaced_is_reported_as_passed() -> None:
    [report] = [command for command in thinking([THOUGHT]).commands if isinstance(command, Report)]
    found = {(one.entity, one.action, one.enforced) for one in report.findings}
    assert found == {
        ("EMAIL_ADDRESS", Action.REDACT, False),
        ("US_SSN", Action.REDACT, False),
        ("PERSON", Action.KEEP, True),
    }
    assert [one.recognizer for one in report.findings if one.entity == "PERSON"] == [SIGNED]


def test_a_thought_that_was_cut_off_is_the_same() -> None:
    assert ANTHROPIC.told(thinking([THOUGHT], cut_off=True).datas, "thinking") == [THOUGHT]


@pytest.mark.parametrize("field", ["text", "partial_json", "x_new"])
def test_nothing_but_thinking_passes(field: str) -> None:
    text = json.dumps({"a": V}) if field == "partial_json" else f"She is {V}."
    using = Session(FORMAT, restoring(), passes_signed=True)
    assert V.encode() not in play([b"".join(ANTHROPIC.stream(field, [text]))], using=using).sent


def test_what_the_policy_blocks_ends_a_thought() -> None:
    policy = overlay(load("default", facts()), "mine", "entities: {US_SSN: {response: block}}", facts())
    by = Inspector(pipeline(), policy, Direction.RESPONSE)
    trace = thinking([f"Is {V} 536-22-8726 so"], by=by)
    assert isinstance(trace.error, PolicyBlock)
    assert b"536" not in trace.sent
    assert V.encode() in trace.sent


def test_a_canary_ends_a_thought() -> None:
    word = "abcdefghijklmnopqrst"
    by = Watched(restoring(), Watch((word,)))
    for parts in halves(f"Say {word} now"):
        trace = thinking(parts, by=by)
        assert isinstance(trace.error, CanaryLeaked)
        assert b"abc" not in trace.sent


def whole(*blocks: Any, passes: bool = True) -> Any:
    root = parse(json.dumps({"content": list(blocks)}).encode(), max_depth=9, max_nodes=99)
    found = inspect_slots(
        FORMAT.response_slots(root),
        restoring(),
        FORMAT.rules,
        Direction.RESPONSE,
        attachments=False,
        passes_signed=passes,
    )
    blanks = FORMAT.response_blanks(root, found.changed, found.altered)
    return json.loads(apply(root.body, [*found.edits, *blanks]))["content"]


def block(text: str, signature: str = SIGNATURE) -> dict[str, str]:
    return {"type": "thinking", "thinking": text, "signature": signature}


def test_a_whole_answer() -> None:
    assert whole(block(THOUGHT)) == [block(THOUGHT)]
    [altered] = whole(block(THOUGHT), passes=False)
    assert altered["signature"] == ALTERED
    unsigned, text = whole(block(f"Is {V}", ""), {"type": "text", "text": f"{V} {TOKEN}"})
    assert (unsigned["thinking"], text["text"]) == ("Is [EMAIL_ADDRESS]", "[EMAIL_ADDRESS] Jane Doe")


def sent(*blocks: Any) -> Any:
    body = {"messages": [{"role": "assistant", "content": list(blocks)}]}
    root = parse(json.dumps(body).encode(), max_depth=9, max_nodes=99)
    slots = FORMAT.request_slots(root)
    found = inspect_slots(slots, small(Direction.REQUEST), FORMAT.rules, Direction.REQUEST, attachments=False)
    more = FORMAT.request_edits(root, touched(slots, found.edits))
    return json.loads(apply(root.body, [*found.edits, *more]))["messages"][0]["content"]


TEXT = {"type": "text", "text": "so"}
FORGED = {
    "a value in it": block(f"Is {V}"),
    "a value beside it": {**block("Hm"), "note": V},
    "a key beside it": {**block("Hm"), V: 1},
    "a value as its signature": block("Hm", V),
    "one that was altered": block("Hm [EMAIL_ADDRESS]", ALTERED),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_thought_carries_no_value_up(name: str) -> None:
    assert sent(FORGED[name], TEXT) == [TEXT]
    assert sent(FORGED[name]) == [{"type": "text", "text": "[REDACTED]"}]


def test_a_thought_without_values_goes_up_byte_for_byte() -> None:
    for text in ("Hm", f"She is {TOKEN}."):
        assert sent(block(text), TEXT) == [block(text), TEXT]


def test_the_test_can_fail() -> None:
    """A scanner that still alters, in the place of the one that passes."""

    class Defect(Passing):
        def scan(self, raw: str, base: int, progress: object, *, final: bool) -> Any:
            return self._inner.scan(raw, base, progress, final=final)

    found = inspect_slots(
        FORMAT.response_slots(parse(json.dumps({"content": [block(THOUGHT)]}).encode(), max_depth=9, max_nodes=99)),
        Defect(restoring()),
        FORMAT.rules,
        Direction.RESPONSE,
        attachments=False,
    )
    assert found.edits
