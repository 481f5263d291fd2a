"""Values become tokens and back: one token for one value, in any spelling, under every live key version."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.vault.keys import TenantRoot, TokenKeys
from gateway.vault.matcher import core_of
from gateway.vault.shapes import opaque_shapes, own_shapes
from gateway.vault.tokenizer import TOKEN_CHARS_MAX, Ledger, Tokenizer

KEYS = TokenKeys(TenantRoot(b"k" * 32, "t", 1)).within("one")
OLDER = TokenKeys(TenantRoot(b"o" * 32, "t", 7)).within("one")
FEW_BITS = TokenKeys(TenantRoot(b"k" * 32, "t", 1), short_bits=8).within("one")
VALUES = [
    ("PERSON", "Jane Doe"),
    ("PERSON", "Zoë 日本"),
    ("EMAIL_ADDRESS", "jane.doe@example.com"),
    ("CREDIT_CARD", "4111 1111 1111 1111"),
    ("CREDIT_CARD", "3782 822463 10005"),
    ("US_SSN", "536-22-8726"),
    ("PHONE_NUMBER", "+1 (415) 867-5309"),
    ("PHONE_NUMBER", "030 901820"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    ("ACCOUNT_NUMBER", "0012-345678"),
    ("SECRET_PASSWORD", "hunter2\nhorse"),
    ("DATE_TIME", "14 March 2024"),
]


def made(*values: tuple[str, str], tokenizer: Tokenizer | None = None) -> tuple[list[str], Ledger]:
    one = tokenizer or Tokenizer([KEYS], {})
    return [one.token(entity, value) for entity, value in values], one.ledger(holdback_chars=96)


@pytest.mark.parametrize(("entity", "value"), VALUES)
def test_there_and_back(entity: str, value: str) -> None:
    [token], ledger = made((entity, value))
    assert token != value
    assert made((entity, value))[0] == [token]
    entry = ledger.get(token)
    assert entry is not None
    assert (entry.entity, entry.restored(token)) == (entity, value)
    for secret in (value, token):
        assert secret not in repr(entry)


def test_numbers_are_written_with_the_separators_at_hand() -> None:
    [token], ledger = made(("CREDIT_CARD", "4111 1111 1111 1111"))
    for seen, back in (
        (token.replace(" ", ""), "4111111111111111"),
        (token.replace(" ", "-"), "4111-1111-1111-1111"),
        (token, "4111 1111 1111 1111"),
    ):
        entry = ledger.get(seen)
        assert entry is not None
        assert entry.restored(seen) == back


def test_two_spellings_of_a_number_have_one_token_and_of_a_name_two() -> None:
    (spaced, plain), ledger = made(("CREDIT_CARD", "4111 1111 1111 1111"), ("CREDIT_CARD", "4111111111111111"))
    assert core_of(spaced) == core_of(plain)
    assert len(ledger) == 1
    names, ledger = made(("PERSON", "Jane"), ("PERSON", "JANE"))
    assert len(set(names)) == len(ledger) == 2


def test_a_phone_number_with_and_without_its_country_is_restored_as_it_was_written() -> None:
    values = [("PHONE_NUMBER", "+1 415-867-5309"), ("PHONE_NUMBER", "415-867-5309")]
    tokens, ledger = made(*values)
    for token, (_, value) in zip(tokens, values, strict=True):
        [match] = ledger.find_all(f"call {token} now")
        shown = f"call {token} now"
        assert shown[: match.start] + match.payload.restored(shown[match.start : match.end]) + shown[match.end :] == (
            f"call {value} now"
        )


def test_a_long_domain_gives_way_to_the_opaque_token() -> None:
    [token], _ = made(("EMAIL_ADDRESS", f"jane@{'long-label.' * 8}example.com"))
    assert token.startswith("KC_EMAIL_ADDRESS_")
    assert len(token) <= TOKEN_CHARS_MAX


def test_other_tenants_versions_and_scopes_have_other_tokens() -> None:
    others = (
        KEYS.within("two"),
        TokenKeys(TenantRoot(b"k" * 32, "u", 1)).within("one"),
        TokenKeys(TenantRoot(b"k" * 32, "t", 2)).within("one"),
    )
    for value in VALUES[:6]:
        tokens = {made(value, tokenizer=Tokenizer([keys], {}))[0][0] for keys in (KEYS, *others)}
        assert len(tokens) == 4, value


def test_tokens_of_older_versions_turn_back_too() -> None:
    for value in VALUES:
        [old], _ = made(value, tokenizer=Tokenizer([OLDER], {}))
        [new], ledger = made(value, tokenizer=Tokenizer([KEYS, OLDER], {}))
        assert old != new
        for token, version in ((new, 1), (old, 7)):
            entry = ledger.get(token)
            assert entry is not None
            assert (entry.version, entry.restored(token)) == (version, value[1])


def test_what_shares_a_token_gets_the_long_form() -> None:
    """With the hash cut to 8 bits a hundred names share some."""
    values = [("PERSON", f"Jane {number}") for number in range(100)]
    tokenizer = Tokenizer([FEW_BITS], {})
    short, _ = made(*values, tokenizer=tokenizer)
    collided = tokenizer.collisions()
    assert 20 < len(collided) < 80
    twice = {token for token in short if short.count(token) > 1}
    assert collided == {(e, v) for (e, v), token in zip(values, short, strict=True) if token in twice}
    again = Tokenizer([FEW_BITS], {}, long=collided)
    final, ledger = made(*values, tokenizer=again)
    assert not again.collisions()
    assert len(set(final)) == len(ledger) == 100
    for (entity, value), token, was in zip(values, final, short, strict=True):
        assert len(token) == (26 if (entity, value) in collided else 18)
        assert (token == was) is ((entity, value) not in collided)
        entry = ledger.get(token)
        assert entry is not None
        assert entry.value == value


def test_a_token_of_an_older_version_that_stands_for_two_values_turns_back_for_none() -> None:
    older = TokenKeys(TenantRoot(b"o" * 32, "t", 7), short_bits=4).within("one")
    values = [("PERSON", f"Jane {number}") for number in range(40)]
    olds, _ = made(*values, tokenizer=Tokenizer([older], {}))
    _, ledger = made(*values, tokenizer=Tokenizer([KEYS, older], {}))
    for (_, value), old in zip(values, olds, strict=True):
        entry = ledger.get(old)
        assert entry is None or (olds.count(old) == 1 and entry.value == value)


def test_own_tokens_are_known() -> None:
    [token], _ = made(("CREDIT_CARD", "4111 1111 1111 1111"))
    one = Tokenizer([KEYS], {}, own=frozenset({core_of(token)}))
    assert one.is_own(token)
    assert one.is_own(token.replace(" ", ""))
    assert not one.is_own("4111 1111 1111 1111")
    assert not Tokenizer([KEYS], {}).is_own(token)


SHAPES = ["KC_PERSON_7F3K2Q9B", "KC_US_SSN_7F3K2Q9BX4M0T8WD", "kc_person_7f3k2q9b", "kc-7f3k2q9b@mail.example.com"]
NO_SHAPES = ["KC_PERSON_7F3K2Q9", "KC_PERSON_7F3K2Q9BX", "xKC_PERSON_7F3K2Q9B", "a@KC_PERSON_7F3K2Q9B", "912135678"]
NO_SHAPES += ["KC_PERSON_7F3K2Q9B@x.com", "jane.kc-7f3k2q9b@x.com", "912-13-5678", "536-22-8726"]


@pytest.mark.parametrize("frame", ["{}", "so {}. ", "({}),", '"{}"', "**{}**", "x: {}\n", r"\n{}\n"])
def test_tokens_that_show_by_their_shape(frame: str) -> None:
    start = frame.index("{}")
    for token in SHAPES:
        assert list(own_shapes(frame.format(token))) == [(start, start + len(token))], token
    for text in NO_SHAPES:
        assert not list(own_shapes(frame.format(text))), text


def test_words_that_look_like_opaque_tokens() -> None:
    text = "KC_PERSON_7F3K2Q9B, kc_person_7f3k2q9b, KC_X_7F3K2Q9BX4M0T8WD KC_PERSON_7F3K2Q9BX"
    assert [text[start:end] for start, end in opaque_shapes(text)] == ["KC_PERSON_7F3K2Q9B", "KC_X_7F3K2Q9BX4M0T8WD"]


def _random_values(count: int) -> list[tuple[str, str]]:
    dice = random.Random(count)
    values = []
    for _ in range(count):
        first, last, firm = ("".join(dice.choices(string.ascii_lowercase, k=k)) for k in (6, 8, 7))
        card = [dice.randrange(10) for _ in range(15)]
        values += [
            ("PERSON", f"{first} {last}".title()),
            ("EMAIL_ADDRESS", f"{first}.{last}@{firm}.com"),
            ("US_SSN", f"{dice.randrange(1, 665):03}-{dice.randrange(1, 99):02}-{dice.randrange(1, 9999):04}"),
            ("PHONE_NUMBER", f"+49 30 {dice.randrange(10**6, 10**7)}"),
            ("ACCOUNT_NUMBER", str(dice.randrange(10**7, 10**9))),
            ("CREDIT_CARD", "4" + "".join(map(str, card))),
        ]
    return values


@pytest.mark.parametrize("count", [170, pytest.param(17_000, marks=pytest.mark.slow)])
def test_round_trips_of_random_values(count: int) -> None:
    """10^3 values, in the long form 10^5."""
    values = _random_values(count)
    tokenizer = Tokenizer([KEYS], {})
    made(*values, tokenizer=tokenizer)
    final = Tokenizer([KEYS], {}, long=tokenizer.collisions())
    tokens, ledger = made(*values, tokenizer=final)
    assert not final.collisions()
    for (_, value), token in zip(values, tokens, strict=True):
        entry = ledger.get(token)
        assert entry is not None
        assert entry.restored(token) == value
        assert token != value


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([entity for entity, _ in VALUES]), st.text(min_size=1, max_size=60))
def test_any_text_has_a_token_and_comes_back(entity: str, value: str) -> None:
    [token], ledger = made((entity, value))
    [match] = ledger.find_all(token)
    assert match.payload.restored(token[match.start : match.end]) in (value, match.payload.value)
    assert match.payload.value == value
