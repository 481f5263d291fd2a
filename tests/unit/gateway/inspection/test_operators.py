"""Operators: what stands in the place of a finding."""

from __future__ import annotations

import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.inspection.operators import HASH_CHARS, MASKED_CHARS_MIN, canonical, masked, operators
from gateway.verdict import Action, Finding
from policies.actions import ACTIONS
from policies.policy import Mask, Policy, Rule
from recognizers.catalogue import catalogue

KEY = b"a key of sixteen bytes and more"
PLAIN = Policy("test", rules={"*": Rule("mask", "hash")})


def finding(entity: str, action: Action = Action.REDACT, *, tail: object = None) -> Finding:
    return Finding(3, 14, entity, f"{entity}/x", 0.9, action, tail=tail)


def shown(entity: str, action: Action, text: str, policy: Policy = PLAIN, *, key: bytes | None = KEY) -> str:
    return operators(policy, key)[action](finding(entity, action), text)


def test_a_redacted_value_becomes_its_entity() -> None:
    assert shown("US_SSN", Action.REDACT, "219-09-9999") == "[US_SSN]"


def test_actions_are_the_same_everywhere_and_in_one_order() -> None:
    by_strength = sorted(ACTIONS.values(), key=lambda row: row.strength)
    ranked = [finding("A", Action(row.word)).rank for row in by_strength]
    assert ranked == sorted(ranked)
    passing = {row.word for row in ACTIONS.values() if row.passes}
    assert passing == {row.word for row in ACTIONS.values() if finding("A", Action(row.word)).passes}
    assert {Action(word) for word in ACTIONS.keys() - passing} <= set(operators(PLAIN, KEY))


@pytest.mark.parametrize("action", [Action.REDACT, Action.MASK, Action.HASH])
@pytest.mark.parametrize("entity", sorted(catalogue()))
def test_what_replaces_needs_no_escaping_anywhere(entity: str, action: Action) -> None:
    replacement = shown(entity, action, "x")
    assert replacement.isascii()
    assert json.dumps(replacement) == f'"{replacement}"'
    assert not set(replacement) & set("<>&%\\'\"`@=")


@pytest.mark.parametrize(
    ("mask", "text", "expected"),
    [
        (Mask(), "4111 1111 1111 1234", "**** **** **** 1234"),
        (Mask(6, 4), "4111111111111234", "411111******1234"),
        (Mask(0, 0, "X"), "219-09-9999", "XXX-XX-XXXX"),
        (Mask(0, 4, "#"), "1234", "####"),
        (Mask(2, 2), "janet@x.org", "ja***@*.*rg"),
        (Mask(2, 2), "jane@x.org", "****@*.***"),
    ],
)
def test_a_mask_keeps_what_it_says_and_separators(mask: Mask, text: str, expected: str) -> None:
    assert masked(text, mask) == expected


@given(st.text(string.ascii_letters + string.digits + " -./", min_size=1), st.integers(0, 6), st.integers(0, 4))
def test_a_mask_hides_enough_and_changes_no_length(text: str, first: int, last: int) -> None:
    out = masked(text, Mask(first, last))
    values = sum(map(str.isalnum, text))
    assert len(out) == len(text)
    assert out.count("*") >= min(values, MASKED_CHARS_MIN)
    assert sum(map(str.isalnum, out)) in (0, first + last)


@pytest.mark.parametrize("text", [r"\u0035\u0033\u0036-22", "536%2D22%2D8726", "&#53;36", "a\nb", "=35", "5\\"])
def test_what_may_be_escapes_is_never_masked_by_character(text: str) -> None:
    assert shown("US_SSN", Action.MASK, text) == "[US_SSN]"


def test_a_hash_is_keyed_and_tells_equal_from_different() -> None:
    one = shown("US_SSN", Action.HASH, "219-09-9999")
    assert re.fullmatch(rf"\[US_SSN:[a-z2-7]{{{HASH_CHARS}}}\]", one)
    assert one == shown("US_SSN", Action.HASH, "219 09 9999") == shown("US_SSN", Action.HASH, "２１９０９９９９９")
    others = {
        shown("US_SSN", Action.HASH, "219-09-9998"),
        shown("US_ITIN", Action.HASH, "219-09-9999"),
        shown("US_SSN", Action.HASH, "219-09-9999", key=b"another key of sixteen bytes"),
    }
    assert len({one, *others}) == 4


def test_a_hash_is_the_hmac_of_rfc_2104() -> None:
    """Computed with `openssl dgst -sha256 -mac hmac` over `US_SSN`, a zero byte and the digits."""
    assert shown("US_SSN", Action.HASH, "219-09-9999", key=b"0123456789abcdef") == "[US_SSN:gdgo57feaidhw4nj]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("219-09-9999", "219099999"), ("Jane@X.org", "jane@x.org"), ("A  b\nC", "a b c"), ("\u00b2", "2"), ("--", "--")],
)
def test_canonical(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("entity", "action"),
    [
        ("SECRET_JWT", Action.HASH),
        ("SECRET_PASSWORD", Action.MASK),
        ("CARD_CVV", Action.HASH),
        ("CARD_PIN", Action.MASK),
    ],
)
def test_where_an_operator_does_not_fit_the_value_is_redacted(entity: str, action: Action) -> None:
    assert shown(entity, action, "eyJhbGciOiJIUzI1NiJ9") == f"[{entity}]"


@pytest.mark.parametrize("action", [Action.HASH, Action.MASK])
def test_of_a_head_nothing_is_shown(action: Action) -> None:
    head = finding("EMAIL_ADDRESS", action, tail="any")
    assert operators(PLAIN, KEY)[action](head, "jane@example.com") == "[EMAIL_ADDRESS]"


def test_without_a_key_nothing_is_hashed() -> None:
    assert shown("US_SSN", Action.HASH, "219-09-9999", key=None) == "[US_SSN]"
