"""The laws of all token formats, on random values; then what each format promises."""

from __future__ import annotations

import random
import re
from collections import defaultdict

import pytest
from stdnum import iban as stdnum_iban
from stdnum import luhn

from gateway.vault.formats.catalogue import format_for, token_formats
from gateway.vault.formats.opaque import SHAPE, label_of, opaque
from gateway.vault.formats.phone import FORMAT as PHONE
from gateway.vault.formats.token_format import Reversal, TokenFormat
from gateway.vault.formats.us_ssn import GROUPS
from gateway.vault.keys import CipherName
from tests.unit.vault.samples import SAMPLES, keys, pan

FORMATS = token_formats()
LONG = pytest.param(100_000, marks=pytest.mark.slow)


def test_every_format_has_samples() -> None:
    assert set(SAMPLES) == set(FORMATS)


@pytest.mark.parametrize("count", [1_000, LONG])
@pytest.mark.parametrize("cipher", list(CipherName))
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_laws(name: str, cipher: CipherName, count: int) -> None:
    """Round trip, determinism, spelling, no fixed point, shape: on random values."""
    chance, format_, held = random.Random(name), FORMATS[name], keys(cipher)
    values: dict[str, set[str]] = defaultdict(set)
    made = 0
    for _ in range(count):
        value = SAMPLES[name](chance)
        token = format_.token(value, held)
        if token is None:
            continue
        made += 1
        known = format_.canonical(value)
        assert token not in {value, known}
        assert format_.token(known, held) == token
        if format_.shape is not None:
            assert re.fullmatch(format_.shape, format_.surface(token, value))
            assert not re.fullmatch(format_.shape, value)
        if format_.reversal is Reversal.CIPHER:
            assert format_.value(token, held) == known
        values[token].add(known)
    assert made > 0.99 * count
    if format_.reversal is Reversal.CIPHER:
        assert all(len(one) == 1 for one in values.values())


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_another_tenant_scope_or_version_has_another_token(name: str) -> None:
    chance, format_ = random.Random(name), FORMATS[name]
    differ = 0
    for _ in range(200):
        value = SAMPLES[name](chance)
        tokens = [
            format_.token(value, held)
            for held in (keys(), keys(scope="c2"), keys(version=2), keys(tenant="u"), keys(CipherName.FF1))
        ]
        differ += len({*tokens[:4]}) == 4
    # Phones have 100 tokens an area, dates 104: there four tokens often meet.
    assert differ > (120 if name in {"phone", "date_shift"} else 195)


def test_formats_are_found_by_entity_and_choice() -> None:
    assert format_for("PERSON") is None
    found = [("CREDIT_CARD", None), ("CREDIT_CARD", "pan_marked"), ("CREDIT_CARD", "email"), ("EMAIL_ADDRESS", None)]
    names = [format_.name if (format_ := format_for(*one)) else None for one in found]
    assert names == ["pan", "pan_marked", "pan", "email"]
    assert format_for("DATE_TIME") is None
    assert format_for("DATE_TIME", "date_shift") is FORMATS["date_shift"]


@pytest.mark.parametrize("name", ["pan", "pan_marked"])
def test_cards_keep_bin_and_last_four(name: str) -> None:
    chance, format_ = random.Random(1), FORMATS[name]
    for _ in range(300):
        number = pan(chance)
        token = format_.token(number, keys())
        assert token is not None
        assert (token[:6], token[-4:], len(token)) == (number[:6], number[-4:], len(number))
        assert luhn.is_valid(token) == (name == "pan")


def test_a_marked_card_names_its_version() -> None:
    format_ = FORMATS["pan_marked"]
    for version in range(1, 12):
        token = format_.token("4111111111111111", keys(version=version))
        assert token is not None
        assert luhn.checksum(token) == 1 + (version - 1) % 9
        readers = [other for other in range(1, 10) if format_.value(token, keys(version=other))]
        assert readers == [1 + (version - 1) % 9]


def test_fifteen_digits_are_hashed_and_valid_and_shorter_ones_opaque() -> None:
    token = FORMATS["pan"].token("3782 822463 10005", keys())
    assert token is not None
    assert luhn.is_valid(token)
    assert (token[:6], token[-4:]) == ("378282", "0005")
    assert FORMATS["pan"].value(token, keys()) is None
    for number in ("30569309025904", "501800000009", "4111111111111112", ""):
        assert FORMATS["pan"].token(number, keys()) is None


@pytest.mark.slow
@pytest.mark.parametrize("cipher", list(CipherName))
def test_all_cards_of_one_bin_and_last_four(cipher: CipherName) -> None:
    """The tokens of all 100,000 cards 411111NNNNNN1111 are those 100,000, each once; about one is its own."""
    held, format_ = keys(cipher), FORMATS["pan"]
    numbers = [number for middle in range(10**6) if luhn.is_valid(number := f"411111{middle:06}1111")]
    tokens = [format_.token(number, held) for number in numbers]
    fixed = {number for number, token in zip(numbers, tokens, strict=True) if token is None}
    assert len(fixed) <= 10
    assert {token for token in tokens if token} | fixed == set(numbers)
    assert len({token for token in tokens if token}) == len(numbers) - len(fixed) == 100_000 - len(fixed)
    assert all(format_.value(token, held) == number for number, token in zip(numbers, tokens, strict=True) if token)


def test_ssn_tokens_are_nobodys_numbers() -> None:
    chance = random.Random(2)
    itin = {*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)}
    others = {0, 93, *range(1, 11), *range(17, 20), *range(28, 30), *range(37, 40)}
    assert set(GROUPS) == set(range(100)) - itin - others
    last_kept = 0
    for _ in range(1_000):
        value = SAMPLES["us_ssn"](chance)
        token = FORMATS["us_ssn"].token(value, keys())
        assert token is not None
        assert token[0] == "9"
        assert int(token[3:5]) in GROUPS
        assert token[5:] != "0000"
        last_kept += token[5:] == value[-4:]
    assert last_kept <= 3


def test_ibans_are_valid_and_of_the_same_bank() -> None:
    chance = random.Random(3)
    for _ in range(300):
        value = SAMPLES["iban"](chance)
        token = FORMATS["iban"].token(value, keys())
        assert token is not None
        assert token[:2] == value[:2]
        assert token[4:8] == value[4:8]
        assert stdnum_iban.is_valid(token, check_country=False) or token.startswith("XX")
    assert FORMATS["iban"].token("DE89370400440532013001", keys()) is None


def test_record_numbers_keep_their_shape() -> None:
    chance = random.Random(4)
    for _ in range(300):
        value = SAMPLES["record_number"](chance)
        token = FORMATS["record_number"].token(value, keys())
        assert token is not None
        written = FORMATS["record_number"].surface(token, value)
        shapes = [re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub(r"\d", "9", text))) for text in (value, written)]
        assert shapes[0] == shapes[1]
    for small in ("12345", "AB12", "x", ""):
        assert FORMATS["record_number"].token(small, keys()) is None


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("+1 415-555-2671", r"\+1 415-555-01\d\d"),
        ("(415) 555-2671", r"\(415\) 555-01\d\d"),
        ("1-415-555-2671", r"1-415-555-01\d\d"),
        ("4155552671", r"41555501\d\d"),
        ("+44 20 7123 4567", r"\+44 20 7946 0\d{3}"),
        ("020 7123 4567", r"020 7946 0\d{3}"),
        ("07911 123456", r"07700 900\d{3}"),
        ("0161 496 1234", r"0163 296 0\d{3}"),
        ("01 42 68 53 00", r"01 99 00 \d\d \d\d"),
        ("+33 6 12 34 56 78", r"\+33 6 39 98 \d\d \d\d"),
        ("+49 (0)30 901820", r"\+49 3023125\d{3}"),
        ("+61 2 9374 4000", r"\+61 2 7010 \d{4}"),
    ],
)
def test_phones_go_to_ranges_for_fiction(value: str, shape: str) -> None:
    token = PHONE.token(value, keys())
    assert token is not None
    assert re.fullmatch(shape, PHONE.surface(token, value))


@pytest.mark.parametrize("value", ["+91 98765 43210", "+1-903-140-4508x769", "1-800-234-5678", "+49 151 2345678", "x"])
def test_phones_without_such_a_range_are_opaque(value: str) -> None:
    assert PHONE.token(value, keys()) is None


def test_one_number_in_many_spellings_is_one_number() -> None:
    cases: list[tuple[TokenFormat, tuple[str, ...]]] = [
        (PHONE, ("+1 415-555-2671", "(415) 555-2671", "4155552671", "001 415 555 2671")),
        (FORMATS["pan"], ("4111 1111 1111 1111", "4111-1111-1111-1111", "４１１１ １１１１ １１１１ １１１１")),
        (FORMATS["iban"], ("DE89 3704 0044 0532 0130 00", "de89370400440532013000")),
        (FORMATS["email"], ("jane@Example.com", "jane@example.COM")),
    ]
    for format_, spellings in cases:
        assert len({format_.token(spelling, keys()) for spelling in spellings}) == 1
        assert len({format_.canonical(spelling) for spelling in spellings}) == 1


def test_dates_keep_weekday_interval_and_form() -> None:
    format_ = FORMATS["date_shift"]
    forms = {
        "2024-03-14": r"\d{4}-\d\d-\d\d",
        "March 14, 2024": r"[A-Z][a-z]+ \d\d?, \d{4}",
        "14-MAR-2024": r"\d\d-[A-Z]{3}-\d{4}",
    }
    for value, form in forms.items():
        token = format_.token(value, keys())
        assert token is not None
        assert re.fullmatch(form, format_.surface(token, value))
    assert len({format_.token(value, keys()) for value in forms}) == 1
    assert format_.token("03/04/2024", keys()) is None
    assert format_.token("31 February 2024", keys()) is None


def test_opaque_tokens() -> None:
    held = keys()
    short, long = opaque("PERSON", "Jane Doe", held), opaque("PERSON", "Jane Doe", held, long=True)
    assert re.fullmatch(r"KC_PERSON_[0-9A-HJKMNP-TV-Z]{8}", short)
    assert re.fullmatch(r"KC_PERSON_[0-9A-HJKMNP-TV-Z]{16}", long)
    assert not long.startswith(short)
    assert all(re.fullmatch(SHAPE, token.lower()) for token in (short, long))
    assert opaque("PERSON", "Jose\u0301", held) == opaque("PERSON", "Jos\u00e9", held)
    assert opaque("PERSON", "Will", held) != opaque("PERSON", "will", held)
    assert opaque("UK_NHS", "943 476 5919", held) == opaque("UK_NHS", "9434765919", held)
    assert opaque("DATE_TIME", "1-12-2020", held) != opaque("DATE_TIME", "11-2-2020", held)
    assert opaque("PERSON", "Jane", held) != opaque("LOCATION", "Jane", held)
    assert [label_of(name) for name in ("US_SSN", "employee number", "é", "a" * 99)] == [
        "US_SSN", "EMPLOYEE_NUMBER", "VALUE", "A" * 64,
    ]  # fmt: skip
