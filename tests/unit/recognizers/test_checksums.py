"""Checks: right at the edges, and silent on whatever comes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers.alphabet import ALPHABET
from recognizers.checksums import LONGEST_VALID_END, card, card_end, find, luhn, table

STDNUM = ("stdnum.de.idnr", "stdnum.cn.ric", "stdnum.pt.cc", "stdnum.fr.nir")
CHECKS = sorted({*table(), *STDNUM})
VIEW_TEXT = st.text(st.sampled_from([*ALPHABET, *"0123456789" * 8, *" -./:@" * 4]), max_size=40)
DIGITS = st.text("0123456789", min_size=12, max_size=19)


def check(name: str, text: str) -> bool:
    one = find(name)
    assert one is not None
    return one(text)


@pytest.mark.parametrize(
    ("name", "text", "valid"),
    [
        ("luhn", "79927398713", True),
        ("luhn", "79927398710", False),
        ("luhn", "0", True),
        ("luhn", "", False),
        ("luhn", "no digits", False),
        ("card", "4111 1111-1111 1111", True),
        ("card", "4111111111111112", False),
        ("card", "30569309025904", True),
        ("card", "6011000990139420", False),
        ("card", "4000000000000010", True),
        ("card", "5105105105105100", True),
        ("card", "6304000000000000000", True),
        ("card", "0000000000000000", False),
        ("card", "0411111111111111", False),
        ("card", "41111111110", False),
        ("card", "50180000000900000000", False),
        ("email", "jane@example.com", True),
        ("email", "jane.@example.com", False),
        ("email", "jane@example", False),
        ("email", "jane@example.c", False),
        ("email", "jane@1.2", False),
        ("email", "ø@øø.øø", True),
        ("email", "a@b@example.com", True),
        ("email", "jane@xn--exmple-cua.xn--p1ai", True),
        ("us_ssn", "536-22-8726", True),
        ("us_ssn", "000-22-8726", False),
        ("us_ssn", "666-22-8726", False),
        ("us_ssn", "665-22-8726", True),
        ("us_ssn", "899-99-9999", True),
        ("us_ssn", "900-22-8726", False),
        ("us_ssn", "001-01-0001", True),
        ("us_ssn", "536-00-8726", False),
        ("us_ssn", "536-22-0000", False),
        ("us_ssn", "53622872", False),
        ("us_ssn_shape", "923-12-4567", True),
        ("us_ssn_shape", "666-12-4567", False),
        ("iban", "DE89370400440532013000", True),
        ("iban", "de89 3704 0044 0532 0130 00", True),
        ("iban", "DE88370400440532013000", False),
        ("iban", "XX89370400440532013000", False),
        ("iban", "DE8937040044053201300", False),
        ("iban", "MT84MALT011000012345MTLCAST001S", True),
        ("ip_address", "203.0.113.77", True),
        ("ip_address", "127.0.0.1", False),
        ("ip_address", "0.0.0.0", False),
        ("ip_address", "255.255.255.0", False),
        ("ip_address", "256.1.1.1", False),
        ("ip_address", "2001:db8::1", True),
        ("ip_address", "::1", False),
        ("ip_address", "::", False),
        ("jwt_head", "eyJhbGciOiJIUzI1", True),
        ("jwt_head", "eyJub3RoaW5nIjox", False),
        ("jwt_head", "eyJ", False),
        ("phone", "+1 415-555-0132", True),
        ("phone", "00 49 30 901820", True),
        ("phone", "212-555-0187", True),
        ("phone", "+999 123", False),
        ("phone", "123", False),
        ("stdnum.de.idnr", "36574261809", True),
        ("stdnum.de.idnr", "36574261890", False),
    ],
)
def test_table(name: str, text: str, valid: bool) -> None:
    assert check(name, text) is valid


@pytest.mark.parametrize("name", CHECKS)
@settings(deadline=None, max_examples=25)
@given(VIEW_TEXT)
def test_a_check_never_raises(name: str, text: str) -> None:
    assert check(name, text) in (True, False)


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "ø", "\uffff", "@", ":", "=" * 40, "-" * 40, "9" * 96, "é日😀\ud83d", "²٣"]
)
def test_no_check_raises_on_odd_text(text: str) -> None:
    for name in CHECKS:
        assert check(name, text) in (True, False), name


@given(st.text("0123456789 -", max_size=24), st.sampled_from(["", " ", "-", "x", "_", "ø", "\uffff"]))
def test_the_end_of_a_card_is_the_longest_that_is_one(text: str, after: str) -> None:
    view = "4" + text + after
    ends = [
        stop
        for stop in range(1, 1 + len(text) + 1)
        if view[stop - 1].isdigit() and card(view[:stop]) and not view[stop : stop + 1].isalnum()
    ]
    assert card_end(view, 0, 1 + len(text)) == (ends[-1] if ends else None)


@given(DIGITS, st.integers(0, 3))
def test_card_and_its_end_agree_on_every_prefix(digits: str, offset: int) -> None:
    view = "x" * offset + digits
    for end in range(offset + 1, len(view) + 1):
        assert (card_end(view[:end], offset, end) == end) == card(view[offset:end])


@given(DIGITS)
def test_luhn_has_one_check_digit(digits: str) -> None:
    assert sum(luhn(digits + check_digit) for check_digit in "0123456789") == 1


def test_names_that_mean_nothing_find_nothing() -> None:
    assert find("no such check") is None
    assert find("stdnum.no.such") is None
    assert find("stdnum") is None
    assert find("os.path") is None
    assert set(LONGEST_VALID_END) <= set(table())
