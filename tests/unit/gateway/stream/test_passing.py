"""What a policy warns of, monitors, excuses or blocks: by position in the text, never by how it came."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors.policy import PolicyBlock
from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import HoldBack, redact
from gateway.stream.json_holdback import JsonHoldBack, redact_json
from gateway.verdict import Action, Direction
from policies.policy import Policy, Rule
from tests.planted import small

MAIL, SSN, CARD = "jane@example.com", "536-22-8726", "4111 1111 1111 1111"
TEXT = f"a {MAIL} b {SSN} c {CARD} d"


def cut_anywhere(test: Any) -> Any:
    """Up to six cuts anywhere."""
    return settings(deadline=None)(given(cuts=st.lists(st.integers(0, 60), max_size=6))(test))


def scanner(rules: dict[str, Rule]) -> Inspector:
    pipeline = small()._pipeline
    return Inspector(pipeline, Policy("test", rules=rules), Direction.RESPONSE)


def fed(channel: Any, text: str, cuts: list[int]) -> tuple[str, bool]:
    """What comes out of a channel, and whether it ended in a block."""
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    out = ""
    try:
        for start, end in pairwise(places):
            out += channel.push(text[start:end])
    except PolicyBlock:
        pass
    out += channel.finish()
    return out, channel.block is not None


@pytest.mark.parametrize(
    "rule", [Rule("warn", "warn"), Rule("redact", "redact", mode={"response": "monitor"})], ids=["warn", "monitor"]
)
@cut_anywhere
def test_what_passes_is_reported_once_wherever_the_text_is_cut(rule: Rule, cuts: list[int]) -> None:
    channel = HoldBack(scanner({"US_SSN": rule}))
    out, blocked = fed(channel, TEXT, cuts)
    assert out == f"a [EMAIL_ADDRESS] b {SSN} c [CREDIT_CARD] d"
    assert not blocked
    assert sorted(finding.entity for finding in channel.findings) == ["CREDIT_CARD", "EMAIL_ADDRESS", "US_SSN"]
    passed = next(finding for finding in channel.findings if finding.entity == "US_SSN")
    assert (passed.passes, passed.enforced) == (True, rule.request == "warn")
    assert passed.action is Action(rule.request)


def test_what_passes_covers_nothing_and_joins_nothing() -> None:
    rules = {"EMAIL_ADDRESS": Rule("warn", "warn")}
    text = "1@a.com 4111 1111 1111 1111@a.com"
    assert redact(scanner(rules), text).text == "1@a.com [CREDIT_CARD]@a.com"


@cut_anywhere
def test_a_block_ends_the_text_before_the_value_wherever_it_is_cut(cuts: list[int]) -> None:
    rules = {"US_SSN": Rule("block", "block")}
    channel = HoldBack(scanner(rules))
    assert fed(channel, TEXT, cuts) == ("a [EMAIL_ADDRESS] b ", True)
    assert channel.block is not None
    assert channel.block.entity == "US_SSN"
    assert [f.action for f in channel.findings if f.entity == "US_SSN"] == [Action.BLOCK]


@cut_anywhere
def test_a_blocked_value_at_the_very_end(cuts: list[int]) -> None:
    assert fed(HoldBack(scanner({"US_SSN": Rule("block", "block")})), f"it is {SSN}", cuts) == ("it is ", True)


def test_a_block_takes_what_overlaps_with_it() -> None:
    channel = HoldBack(scanner({"EMAIL_ADDRESS": Rule("block", "block")}))
    assert fed(channel, "x 4111 1111 1111 1111@a.com y", []) == ("x ", True)


def test_a_truncated_text_ends_before_the_block_too() -> None:
    channel = HoldBack(scanner({"US_SSN": Rule("block", "block")}))
    assert channel.push(f"it is {SSN}") == "it is "
    assert channel.finish(truncated=True) == ""
    assert channel.block is not None


@pytest.mark.parametrize("text", [TEXT, SSN])
def test_a_whole_text_that_is_blocked_is_an_error(text: str) -> None:
    with pytest.raises(PolicyBlock):
        redact(scanner({"US_SSN": Rule("block", "block")}), text)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (f'{{"a": "b {MAIL}", "c": "it is {SSN}", "d": 1}}', '{"a": "b [EMAIL_ADDRESS]", "c": "it is '),
        (f'{{"{SSN}": 1}}', '{"'),
        (f'{{"a": 1}} and {SSN} then', '{"a": 1} and '),
        ('{"ssn": 536228726, "b": 1}', '{"ssn": '),
        ('{"ssn": 536228726', '{"ssn": '),
    ],
)
@cut_anywhere
def test_a_block_in_json(document: str, expected: str, cuts: list[int]) -> None:
    by = scanner({"US_SSN": Rule("block", "block")})
    assert fed(JsonHoldBack(by), document, cuts) == (expected, True)
    with pytest.raises(PolicyBlock):
        redact_json(by, document)


def test_a_monitored_block_passes() -> None:
    rules = {"US_SSN": Rule("block", "block", mode={"response": "monitor"})}
    assert redact(scanner(rules), f"it is {SSN}").text == f"it is {SSN}"


def test_the_stricter_action_names_a_component() -> None:
    rules = {"EMAIL_ADDRESS": Rule("mask", "mask"), "CREDIT_CARD": Rule("redact", "redact")}
    assert redact(scanner(rules), "x 4111 1111 1111 1111@abc.com y").text == "x [CREDIT_CARD] y"
