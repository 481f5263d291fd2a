"""Tombstones: that a version of a tenant's key was revoked, signed with Ed25519, to be kept where checkpoints are.

A backup of the database holds the wrapped key of a version that was revoked later. The tombstone does not, and it stays
where the database is not: a database in which a buried version lives is an old one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.audit.checkpoint import key_id, public_bytes

CONTEXT = b"holdback tombstone v1\0"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Of one version of one tenant's key.

    Args:
        tenant_id: whose.
        version: from 1.
        at_us: when it was written, in microseconds since 1970.
        signing_key: name of the key that signed, see `checkpoint.key_id`.
        signature: 64 bytes.
    """

    tenant_id: str
    version: int
    at_us: int
    signing_key: str
    signature: bytes = field(repr=False)

    def is_forged(self, keys: Mapping[str, Ed25519PublicKey]) -> bool:
        """Whether a key that is known did not sign it. By a key that nobody knows it holds: to refuse is safe."""
        key = keys.get(self.signing_key)
        if key is None:
            return False
        try:
            key.verify(self.signature, _signed(self.tenant_id, self.version, self.at_us))
        except InvalidSignature:
            return True
        return False


def sign_tombstone(key: Ed25519PrivateKey, tenant_id: str, version: int, at_us: int) -> Tombstone:
    """Bury a version; the key is the one that signs checkpoints."""
    signature = key.sign(_signed(tenant_id, version, at_us))
    return Tombstone(tenant_id, version, at_us, key_id(public_bytes(key)), signature)


def to_line(stone: Tombstone) -> str:
    """One line of a file."""
    values = {
        "type": "tombstone",
        "tenant": stone.tenant_id,
        "version": stone.version,
        "at_us": stone.at_us,
        "key": stone.signing_key,
        "signature": base64.b64encode(stone.signature).decode(),
    }
    return json.dumps(values, sort_keys=True)


def from_line(line: str) -> Tombstone | None:
    """The tombstone in a line; None where there is none, as in a line that was cut off."""
    try:
        values = json.loads(line)
        if values["type"] != "tombstone":
            return None
        numbers = int(values["version"]), int(values["at_us"])
        return Tombstone(str(values["tenant"]), *numbers, str(values["key"]), base64.b64decode(values["signature"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _signed(tenant_id: str, version: int, at_us: int) -> bytes:
    return CONTEXT + json.dumps([tenant_id, version, at_us], separators=(",", ":")).encode()
