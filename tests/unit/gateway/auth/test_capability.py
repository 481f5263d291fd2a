"""Capability keys: form, hash, MAC."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.capability import (
    KeyKind,
    KeyRecord,
    Letter,
    is_genuine,
    matches,
    mint,
    read,
    record_mac,
    secret_hash,
    ttl_seconds,
)

OPERATOR = b"o" * 32


def record(key_hash: bytes) -> KeyRecord:
    made = KeyRecord(
        "i" * 16, key_hash, "acme", "helpdesk", KeyKind.AGENT, True, "thumb", "ada", 2_000, 1_000, "{}", b""
    )
    return replace(made, mac=record_mac(OPERATOR, made))


@given(st.binary(min_size=48, max_size=48), st.booleans(), st.sampled_from(Letter))
def test_what_is_minted_is_read(random_bytes: bytes, live: bool, letter: Letter) -> None:
    minted = mint(random_bytes, live=live, letter=letter)
    presented = read(minted.text)
    assert presented is not None
    assert (presented.live, presented.letter, presented.id, presented.hash) == (live, letter, minted.id, minted.hash)
    assert minted.text.startswith(f"kc_{'live' if live else 'test'}_{letter.value}_")


def test_any_changed_character_makes_it_no_key() -> None:
    text = mint(os.urandom(48), live=True).text
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert read(changed) is None
    for other in ("", text + "0", text[:-1], "sk-" + text[3:], text.upper()):
        assert read(other) is None


def test_a_key_matches_its_record_only() -> None:
    minted = mint(os.urandom(48), live=True)
    presented = read(minted.text)
    assert presented is not None
    assert matches(presented, record(minted.hash))
    assert not matches(presented, None)
    assert not matches(presented, record(secret_hash("other")))
    assert not matches(presented, replace(record(minted.hash), live=False))


@pytest.mark.parametrize(
    "change",
    [
        {"hash": secret_hash("x")},
        {"tenant": "evil"},
        {"agent": "other"},
        {"kind": KeyKind.READ},
        {"live": False},
        {"thumbprint": ""},
        {"subject": "eve"},
        {"expires_at": 9_999_999},
        {"created_at": 1},
        {"scope": '{"models":["*"]}'},
        {"id": "j" * 16},
    ],
)
def test_editing_the_database_widens_nothing(change: dict[str, object]) -> None:
    made = record(secret_hash("s"))
    assert is_genuine(OPERATOR, made)
    assert not is_genuine(OPERATOR, replace(made, **change))  # type: ignore[arg-type]
    assert not is_genuine(b"p" * 32, made)


def test_fields_do_not_run_into_one_another() -> None:
    one = replace(record(secret_hash("s")), tenant="ab", agent="c")
    other = replace(one, tenant="a", agent="bc")
    assert record_mac(OPERATOR, one) != record_mac(OPERATOR, other)


def test_no_secret_is_in_a_repr() -> None:
    minted = mint(os.urandom(48), live=True)
    presented = read(minted.text)
    assert presented is not None
    for value in (minted, presented, record(minted.hash)):
        assert presented.secret not in repr(value)
        assert repr(minted.hash) not in repr(value)


@pytest.mark.parametrize(("asked", "given"), [(None, 2_592_000), (1, 60), (3_600, 3_600), (10**9, 7_776_000)])
def test_every_key_expires(asked: int | None, given: int) -> None:
    assert ttl_seconds(asked) == given


def test_too_little_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="48"):
        mint(b"x" * 47, live=True)
