"""What is recorded: kinds of events, their fields, and which of them are never pruned.

Laws kept here:
1. No field holds a value of a user's text. Fields have names of this file; texts in them are names, codes and paths.
2. What names a person (`user`, `ip`) is kept apart, in a side record that can be erased; the chain has a salted
   commitment to it.
3. A kind, once used, keeps its name and its fields; new fields may be added (`VERSION` tells readers).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import orjson

VERSION = 1
SYSTEM = "system"
"""The chain of events that belong to no tenant."""
TEXT_CHARS_MAX = 256
SALT_BYTES = 32
Value = str | int | float | bool


class Kind(Enum):
    """What happened. The values are written: they may be added, never changed."""

    REDACTION = "redaction"
    RESTORE = "restore"
    REQUEST = "request"
    STREAM = "stream"
    DETOKENIZE = "detokenize"
    TOKENIZE = "tokenize"
    ADMIN = "admin"
    ACCESS_REVIEW = "access_review"
    SEAL = "seal"
    UNSEAL = "unseal"
    KEY_ROTATION = "key_rotation"
    KEY_REVOCATION = "key_revocation"
    ERASURE = "erasure"
    PRUNE = "prune"
    BLOCK = "block"
    KILL = "kill"
    FIREWALL = "firewall"
    AUTH_FAILURE = "auth_failure"
    THEFT = "theft"
    ENUMERATION = "enumeration"
    BUDGET = "budget"
    RATE_LIMIT = "rate_limit"
    POLICY = "policy"
    AUDIT = "audit"


CRITICAL = frozenset(
    {
        *(Kind.ADMIN, Kind.ACCESS_REVIEW, Kind.SEAL, Kind.UNSEAL, Kind.KEY_ROTATION, Kind.KEY_REVOCATION),
        *(Kind.ERASURE, Kind.PRUNE, Kind.KILL, Kind.THEFT, Kind.ENUMERATION, Kind.POLICY, Kind.AUDIT),
    }
)
"""Kinds that retention never prunes: they have a chain of their own."""
FIELDS = frozenset(
    {
        *("entity", "start", "end", "recognizer", "confidence", "action", "direction", "channel", "enforced", "clause"),
        *("agent", "key_id", "model", "endpoint", "status", "code", "count", "left_out", "policy", "catalogue"),
        *("actor", "role", "method", "route", "target", "version", "from_version", "reason", "outcome", "scope"),
        *("chain", "up_to", "hash", "families", "score", "cost_usd", "milliseconds", "token_kind", "public_key"),
        *("signing_key", "signature", "rule", "digest", "checkpoint"),
    }
)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that happened.

    Args:
        kind: see `Kind`.
        tenant: whose chain it belongs to; `SYSTEM` for none.
        at_us: microseconds since 1970.
        request_id: of the request that it happened in; `""` for none.
        fields: by names of `FIELDS`.
        user, ip: who, as far as known; kept apart from the rest.
    """

    kind: Kind
    tenant: str
    at_us: int
    request_id: str = ""
    fields: Mapping[str, Value] = field(default_factory=dict)
    user: str = field(default="", repr=False)
    ip: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.fields.keys() <= FIELDS:
            raise ValueError(f"no audit event has a field {min(self.fields.keys() - FIELDS)}")

    @property
    def chain(self) -> str:
        """The chain it belongs to: `<tenant>` or `<tenant>!critical`."""
        return chain_of(self.tenant, critical=self.kind in CRITICAL)

    def body(self) -> str:
        """The fields as canonical JSON: sorted, no spaces, texts cut to their limit. It is stored and hashed as it is
        made here, and never made again."""
        shown = self.fields
        for value in shown.values():
            if type(value) is str and len(value) > TEXT_CHARS_MAX:
                shown = {name: one[:TEXT_CHARS_MAX] if isinstance(one, str) else one for name, one in shown.items()}
                break
        try:
            return orjson.dumps(shown, option=orjson.OPT_SORT_KEYS).decode()
        except TypeError:  # half a surrogate pair, which only an escape can carry
            return json.dumps(dict(shown), sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Side:
    """The erasable part of an event: a personal field, and the salt that its commitment was made with."""

    name: str
    salt: bytes = field(repr=False)
    value: str = field(repr=False)

    @property
    def commitment(self) -> str:
        """What the chain has of it: SHA-256 over salt and value, in hex. Without the salt it tells nothing."""
        return hashlib.sha256(self.salt + self.value.encode()).hexdigest()


def sides(event: AuditEvent, salts: bytes) -> list[Side]:
    """The personal fields of an event that are set.

    Args:
        event: any.
        salts: 64 fresh random bytes.
    """
    halves = salts[:SALT_BYTES], salts[SALT_BYTES : 2 * SALT_BYTES]
    found = (("user", event.user, halves[0]), ("ip", event.ip, halves[1]))
    return [Side(name, salt, value[:TEXT_CHARS_MAX]) for name, value, salt in found if value]


def is_committed(side: Side, commitments: Mapping[str, str]) -> bool:
    """Whether a side record is the one that the chain has a commitment to."""
    return hmac.compare_digest(commitments.get(side.name, ""), side.commitment)


def chain_of(tenant: str, *, critical: bool) -> str:
    """The name of a chain."""
    return f"{tenant}!critical" if critical else tenant
