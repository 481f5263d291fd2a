"""Capability keys: `kc_live_a_<id>_<secret><checksum>`.

Laws kept here:
1. A key is looked up by its id; only the SHA-256 of its secret is kept (32 random bytes need no slow hash).
2. What a key may do is bound to it by a MAC under an operator key: editing the database widens nothing.
3. Known and unknown keys take one path: an unknown id is compared with a hash that nothing has.
4. The checksum tells a mistyped key from a wrong one before any look-up, as secret scanners need it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

ID_CHARS = 16
SECRET_BYTES = 32
SECRET_CHARS = 43
CHECKSUM_CHARS = 6
TTL_SECONDS_DEFAULT = 30 * 86_400
TTL_SECONDS_RANGE = (60, 90 * 86_400)
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KEY = re.compile(r"kc_(live|test)_([asr])_([0-9A-Za-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})")
_NO_HASH = bytes(32)


class KeyKind(Enum):
    """AGENT calls models; READ only lists models; ONESHOT is good for one request; SESSION is a
    short-lived agent key that a refresh credential was exchanged for."""

    AGENT = "agent"
    READ = "read"
    ONESHOT = "oneshot"
    SESSION = "session"


class Letter(Enum):
    """The letter in a key that says what it is before it is looked up."""

    CAPABILITY = "a"
    SESSION = "s"
    REFRESH = "r"


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a client sent it, taken apart."""

    live: bool
    letter: Letter
    id: str
    secret: str = field(repr=False)

    @property
    def hash(self) -> bytes:
        """What a store keeps of the secret."""
        return secret_hash(self.secret)


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key: `text` is shown once and never again."""

    id: str
    text: str = field(repr=False)
    hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What a store knows of a key.

    Args:
        id: of the key.
        hash: SHA-256 of the secret.
        tenant, agent: whose.
        kind: see `KeyKind`.
        live: made for live traffic; a test key never reaches a live route, nor the reverse.
        thumbprint: RFC 7638 of the private key that it is bound to; `""` when it is not bound.
        subject: who holds it, as whoever minted it says; what is kept for a caller is kept for this name.
        expires_at, created_at: seconds since 1970.
        scope: canonical JSON of what it may do (see `scopes.py`).
        mac: over all of these.
    """

    id: str
    hash: bytes = field(repr=False)
    tenant: str
    agent: str
    kind: KeyKind
    live: bool
    thumbprint: str
    subject: str = field(repr=False)
    expires_at: int
    created_at: int
    scope: str
    mac: bytes = field(repr=False)


def mint(random_bytes: bytes, *, live: bool, letter: Letter = Letter.CAPABILITY) -> MintedKey:
    """A new key.

    Args:
        random_bytes: 48 fresh random bytes: 32 for the secret, 16 for the id.
        live: for live traffic, or for tests.
        letter: what the key is.

    Raises:
        ValueError: there are not 48 of them.
    """
    if len(random_bytes) != SECRET_BYTES + 16:
        raise ValueError("a key is made of 48 random bytes")
    secret = base62(random_bytes[:SECRET_BYTES], SECRET_CHARS)
    key_id = base62(random_bytes[SECRET_BYTES:], 22)[-ID_CHARS:]
    body = f"kc_{'live' if live else 'test'}_{letter.value}_{key_id}_{secret}"
    return MintedKey(key_id, body + _checksum(body), secret_hash(secret))


def read(text: str) -> PresentedKey | None:
    """A key taken apart; None when it is no key of ours (wrong form or checksum)."""
    match = _KEY.fullmatch(text)
    if match is None or not hmac.compare_digest(_checksum(text[:-CHECKSUM_CHARS]), match[5]):
        return None
    return PresentedKey(match[1] == "live", Letter(match[2]), match[3], match[4])


def secret_hash(secret: str) -> bytes:
    """What a store keeps of a secret: 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def matches(presented: PresentedKey, record: KeyRecord | None) -> bool:
    """Whether a key is the one of a record, in constant time; None stands for an id that nobody has."""
    same = hmac.compare_digest(presented.hash, record.hash if record is not None else _NO_HASH)
    return same and record is not None and record.live == presented.live


def record_mac(operator_key: bytes, record: KeyRecord | Mapping[str, Any]) -> bytes:
    """The MAC that binds what a key may do to the key: HMAC-SHA256 over its fields, each with its length."""
    values = record if isinstance(record, Mapping) else {name: getattr(record, name) for name in _BOUND}
    message = b"holdback key v1"
    for name in _BOUND:
        value = values[name]
        value = value.value if isinstance(value, Enum) else value
        part = value if isinstance(value, bytes) else json.dumps(value).encode()
        message += len(part).to_bytes(4, "big") + part
    return hmac.digest(operator_key, message, hashlib.sha256)


def is_genuine(operator_key: bytes, record: KeyRecord) -> bool:
    """Whether a record is as it was written."""
    return hmac.compare_digest(record_mac(operator_key, record), record.mac)


_BOUND = ("id", "hash", "tenant", "agent", "kind", "live", "thumbprint", "subject", "expires_at", "created_at", "scope")


def ttl_seconds(asked: int | None) -> int:
    """How long a key lives: 30 days unless asked otherwise, and never less than a minute or more than 90 days."""
    low, high = TTL_SECONDS_RANGE
    return TTL_SECONDS_DEFAULT if asked is None else min(max(asked, low), high)


def base62(data: bytes, length: int) -> str:
    """A number in base 62, the last `length` digits of it."""
    number, digits = int.from_bytes(data, "big"), []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))


def _checksum(body: str) -> str:
    """As `base62` of the CRC-32 would give it, two digits at a time: it is done for every request."""
    rest, low = divmod(zlib.crc32(body.encode()), 3844)
    high, middle = divmod(rest, 3844)
    return _PAIRS[high] + _PAIRS[middle] + _PAIRS[low]


_PAIRS = tuple(first + second for first in _BASE62 for second in _BASE62)
