"""Refresh credentials: thief and victim, in both orders, and an answer that was lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.auth.refresh import GRACE_SECONDS, Decision, Family, Outcome, credential, decide, read_refresh

KEY = b"k" * 32
FAMILY = Family("f" * 16, b"s" * 32, "acme", "helpdesk", "i" * 16, "thumb", True, 1, 1_000.0, False, 9_999.0, False)


def use(family: Family, generation: int, *, thumbprint: str = "thumb", now: float = 1_001.0) -> Decision:
    presented = read_refresh(credential(KEY, family, generation))
    assert presented is not None
    decision = decide(KEY, family, presented, thumbprint=thumbprint, now=now)
    assert decision is not None
    return decision


def test_each_use_makes_a_new_one() -> None:
    turned = use(FAMILY, 1)
    assert turned.outcome is Outcome.ROTATED
    assert turned.family.generation == 2
    assert credential(KEY, turned.family, 2) != credential(KEY, FAMILY, 1)


def test_the_victim_after_the_thief_gives_the_family_away() -> None:
    after_thief = use(FAMILY, 1).family
    victim = use(after_thief, 1, now=after_thief.rotated_at + GRACE_SECONDS + 1)
    assert victim.outcome is Outcome.THEFT
    assert use(victim.family, 2).outcome is Outcome.REFUSED


def test_the_thief_after_the_victim_gives_the_family_away() -> None:
    after_victim = use(use(FAMILY, 1).family, 2).family
    assert use(after_victim, 1).outcome is Outcome.THEFT
    assert use(after_victim, 1, thumbprint="thief").outcome is Outcome.THEFT


def test_a_lost_answer_is_given_again_once() -> None:
    turned = use(FAMILY, 1).family
    again = use(turned, 1)
    assert again.outcome is Outcome.REPEATED
    assert again.family.generation == turned.generation
    assert use(again.family, 1).outcome is Outcome.THEFT


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"thumbprint": "thief"}, Outcome.THEFT),
        ({"now": 1_001.0 + GRACE_SECONDS + 1}, Outcome.THEFT),
        ({}, Outcome.REPEATED),
    ],
)
def test_grace_is_for_the_same_key_and_for_seconds(change: dict[str, float | str], outcome: Outcome) -> None:
    assert use(use(FAMILY, 1).family, 1, **change).outcome is outcome  # type: ignore[arg-type]


def test_grace_ends_when_the_successor_is_used() -> None:
    used = use(use(FAMILY, 1).family, 2).family
    assert use(used, 1).outcome is Outcome.THEFT


def test_grace_comes_back_with_the_next_rotation() -> None:
    repeated = use(use(FAMILY, 1).family, 1).family
    turned = use(repeated, 2).family
    assert use(turned, 2).outcome is Outcome.REPEATED


@pytest.mark.parametrize(
    ("family", "generation", "thumbprint"),
    [
        (FAMILY, 1, "other"),
        (FAMILY, 2, "thumb"),
        (replace(FAMILY, revoked=True), 1, "thumb"),
        (replace(FAMILY, expires_at=1_000.0), 1, "thumb"),
    ],
)
def test_what_is_refused(family: Family, generation: int, thumbprint: str) -> None:
    assert use(family, generation, thumbprint=thumbprint).outcome is Outcome.REFUSED


def test_a_made_up_credential_harms_nobody() -> None:
    """A wrong MAC of an old number is no theft: else anyone could end a login by guessing its id."""
    turned = use(FAMILY, 1).family
    forged = read_refresh(credential(b"x" * 32, turned, 1))
    assert forged is not None
    decision = decide(KEY, turned, forged, thumbprint="thumb", now=9_000.0)
    assert decision is not None
    assert decision.outcome is Outcome.REFUSED
    assert decide(KEY, None, forged, thumbprint="thumb", now=1_001.0) is None


@pytest.mark.parametrize("text", ["", "kc_live_r_x_1_y", "kc_live_a_" + "f" * 16 + "_1_" + "m" * 43])
def test_what_is_no_credential(text: str) -> None:
    assert read_refresh(text) is None


def test_seed_and_mac_are_in_no_repr() -> None:
    presented = read_refresh(credential(KEY, FAMILY, 1))
    assert presented is not None
    assert presented.mac not in repr(presented)
    assert "ssss" not in repr(FAMILY)
