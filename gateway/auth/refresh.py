"""Refresh credentials: each is good for one use, and using one twice gives its whole family away.

Laws kept here:
1. A family is one login on one private key. Its credentials are numbered; only the newest is good.
2. An older one means that somebody has a copy: thief and victim cannot be told apart, so the family is revoked.
3. Grace, because an answer can be lost on its way: within `GRACE_SECONDS`, once, for a proof by the same key, and only
   while the successor has not been used, the credential before the newest gets the same successor again.
4. Nothing here is stored but the family's seed: a credential is a MAC over seed and number under an operator key, so
   that the same successor can be made again, and a stolen database makes none.

What is decided here is written by the caller in one transaction that compares `generation` (two replicas may refresh at
once: one wins, the other decides anew).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field, replace
from enum import Enum

from gateway.auth.capability import base62

GRACE_SECONDS = 10
_CREDENTIAL = re.compile(r"kc_(live|test)_r_([0-9A-Za-z]{16})_([0-9]{1,9})_([0-9A-Za-z]{43})")


@dataclass(frozen=True, slots=True)
class Family:
    """All refresh credentials of one login.

    Args:
        id: 16 characters.
        seed: 32 random bytes.
        tenant, agent, key_id: whose, and the capability key that it came from.
        thumbprint: of the private key that every use needs a proof by.
        live: for live traffic.
        generation: number of the newest credential.
        rotated_at: when the newest one was made, in seconds since 1970.
        grace_used: the one second chance is gone.
        expires_at: when the login ends.
        revoked: nothing of this family is good any more.
    """

    id: str
    seed: bytes = field(repr=False)
    tenant: str
    agent: str
    key_id: str
    thumbprint: str
    live: bool
    generation: int
    rotated_at: float
    grace_used: bool
    expires_at: float
    revoked: bool


@dataclass(frozen=True, slots=True)
class PresentedRefresh:
    """A refresh credential as it was sent, taken apart."""

    live: bool
    family: str
    generation: int
    mac: str = field(repr=False)


class Outcome(Enum):
    """ROTATED: a new credential. REPEATED: the same successor again. THEFT: revoke the family, audit, alert.
    REFUSED: it is none, of another key, or over."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    THEFT = "theft"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: write `family`, and answer its newest credential when the outcome is ROTATED or REPEATED."""

    outcome: Outcome
    family: Family


def read_refresh(text: str) -> PresentedRefresh | None:
    """A credential taken apart; None when it is none of ours."""
    match = _CREDENTIAL.fullmatch(text)
    return PresentedRefresh(match[1] == "live", match[2], int(match[3]), match[4]) if match else None


def credential(operator_key: bytes, family: Family, generation: int) -> str:
    """A credential of a family; its text is not stored anywhere."""
    mode = "live" if family.live else "test"
    return f"kc_{mode}_r_{family.id}_{generation}_{_mac(operator_key, family, generation)}"


def is_genuine(operator_key: bytes, family: Family | None, presented: PresentedRefresh) -> bool:
    """Whether a credential, new or old, was ever made here for that family."""
    return family is not None and hmac.compare_digest(_mac(operator_key, family, presented.generation), presented.mac)


def decide(
    operator_key: bytes, family: Family | None, presented: PresentedRefresh, *, thumbprint: str, now: float
) -> Decision | None:
    """What a use of a credential leads to; None when there is no such family.

    Args:
        operator_key: what credentials are made with.
        family: as stored.
        presented: what was sent.
        thumbprint: of the key whose proof came with it.
        now: seconds since 1970.
    """
    if family is None:
        return None
    if (
        not is_genuine(operator_key, family, presented)
        or presented.live != family.live
        or presented.generation > family.generation
    ):
        return Decision(Outcome.REFUSED, family)
    if family.revoked or now >= family.expires_at:
        return Decision(Outcome.REFUSED, family)
    same_key = hmac.compare_digest(thumbprint.encode(), family.thumbprint.encode())
    if presented.generation == family.generation:
        if not same_key:
            return Decision(Outcome.REFUSED, family)
        turned = replace(family, generation=family.generation + 1, rotated_at=now, grace_used=False)
        return Decision(Outcome.ROTATED, turned)
    is_last = presented.generation == family.generation - 1
    in_time = 0 <= now - family.rotated_at <= GRACE_SECONDS
    if is_last and in_time and same_key and not family.grace_used:
        return Decision(Outcome.REPEATED, replace(family, grace_used=True))
    return Decision(Outcome.THEFT, replace(family, revoked=True))


def _mac(operator_key: bytes, family: Family, generation: int) -> str:
    message = b"holdback refresh v1" + family.id.encode() + family.seed + generation.to_bytes(8, "big")
    return base62(hmac.digest(operator_key, message, hashlib.sha256), 43)
