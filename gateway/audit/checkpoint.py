"""Checkpoints: the heads of all chains, signed with Ed25519 (RFC 8032), to be kept elsewhere.

A checkpoint names every chain, so that a chain that was dropped as a whole is missed. Each is tied to the one before.
The signing key is the operator's; a new one is introduced by a record that the old one signed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.audit.chain import Fault, Head

CONTEXT = b"holdback audit checkpoint v1\0"
ROTATION = b"holdback audit key rotation v1\0"
PRUNING = b"holdback audit pruning v1\0"
GLOBAL = "*"
"""The chain that a fault is reported under when it is about checkpoints themselves."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Signed heads.

    Args:
        number: from 1, without gaps.
        body: canonical JSON: number, time, hash of the checkpoint before, key id, heads by chain.
        signature: 64 bytes over it.
    """

    number: int
    body: str
    signature: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the body in hex, which the next one holds."""
        return hashlib.sha256(self.body.encode()).hexdigest()

    def values(self) -> dict[str, Any]:
        """What the body says."""
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """A new signing key, introduced by the one before it. The first key of an installation introduces itself."""

    public_key: bytes
    signature: bytes = field(repr=False)


def key_id(public_key: bytes) -> str:
    """The name of a signing key: the beginning of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def sign_checkpoint(key: Ed25519PrivateKey, before: Checkpoint | None, heads: Iterable[Head], at_us: int) -> Checkpoint:
    """The next checkpoint.

    Args:
        key: the operator's.
        before: the last one; None for the first.
        heads: of all chains.
        at_us: microseconds since 1970.
    """
    number = before.number + 1 if before else 1
    values = {
        "number": number,
        "at_us": at_us,
        "before": before.digest if before else "",
        "key": key_id(public_bytes(key)),
        "heads": {head.chain: [head.seq, head.hash.hex()] for head in heads},
    }
    body = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return Checkpoint(number, body, key.sign(CONTEXT + body.encode()))


def rotate(old: Ed25519PrivateKey, new_public_key: bytes) -> KeyRotation:
    """Introduce a new key; `old` is the new one itself for the first."""
    return KeyRotation(new_public_key, old.sign(ROTATION + new_public_key))


def trusted_keys(first: bytes, rotations: Sequence[KeyRotation]) -> dict[str, Ed25519PublicKey]:
    """All keys that follow from the first one, by name; a rotation that was not signed by the key before it ends it."""
    keys = {key_id(first): Ed25519PublicKey.from_public_bytes(first)}
    newest = keys[key_id(first)]
    for rotation in rotations:
        try:
            newest.verify(rotation.signature, ROTATION + rotation.public_key)
        except InvalidSignature:
            break
        newest = Ed25519PublicKey.from_public_bytes(rotation.public_key)
        keys[key_id(rotation.public_key)] = newest
    return keys


@dataclass(frozen=True, slots=True)
class Pruning:
    """What was pruned, signed: up to which row of which chain. The rest of the chain begins behind it."""

    start: Head
    signing_key: str
    signature: bytes = field(repr=False)

    def is_signed(self, keys: Mapping[str, Ed25519PublicKey]) -> bool:
        """Whether one of these keys signed it."""
        return _is_signed(keys.get(self.signing_key), self.signature, PRUNING + _pruned(self.start))


def sign_pruning(key: Ed25519PrivateKey, start: Head) -> Pruning:
    """Sign that a chain was pruned: `start` is the last row that goes."""
    return Pruning(start, key_id(public_bytes(key)), key.sign(PRUNING + _pruned(start)))


def _pruned(start: Head) -> bytes:
    return json.dumps([start.chain, start.seq, start.hash.hex()], separators=(",", ":")).encode()


def checkpoint_faults(
    checkpoints: Sequence[Checkpoint], keys: Mapping[str, Ed25519PublicKey], *, gaps: bool = False
) -> list[Fault]:
    """What is wrong with a row of checkpoints, in order; they may begin anywhere.

    Args:
        checkpoints: in order.
        keys: that are trusted, by name.
        gaps: some may be missing between others, as in an anchor that was out of reach for a while.
    """
    found = []
    before: Checkpoint | None = None
    for checkpoint in checkpoints:
        values = checkpoint.values()
        if before is not None:
            follows = checkpoint.number == before.number + 1
            if (values["before"] != before.digest) if follows else (not gaps or checkpoint.number <= before.number):
                found.append(Fault(GLOBAL, checkpoint.number, "the checkpoint does not follow the one before it"))
        if str(values["key"]) not in keys:
            found.append(Fault(GLOBAL, checkpoint.number, "the checkpoint is signed by a key that nobody introduced"))
        elif values["number"] != checkpoint.number or not is_signed(checkpoint, keys):
            found.append(Fault(GLOBAL, checkpoint.number, "the signature of the checkpoint does not hold"))
        before = checkpoint
    return found


def is_signed(checkpoint: Checkpoint, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether the key that a checkpoint names is one of these, and signed it."""
    key = keys.get(str(checkpoint.values()["key"]))
    return _is_signed(key, checkpoint.signature, CONTEXT + checkpoint.body.encode())


def _is_signed(key: Ed25519PublicKey | None, signature: bytes, signed: bytes) -> bool:
    if key is None:
        return False
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def to_line(checkpoint: Checkpoint) -> str:
    """One line of an anchor or an export."""
    signature = base64.b64encode(checkpoint.signature).decode()
    return json.dumps({"type": "checkpoint", "body": checkpoint.body, "signature": signature}, sort_keys=True)


def from_line(values: dict[str, Any]) -> Checkpoint:
    """A checkpoint from a line that was read as JSON."""
    body = str(values["body"])
    read = json.loads(body)
    if not all(type(seq) is int and type(digest) is str for seq, digest in dict(read["heads"]).values()):
        raise ValueError
    if not isinstance(read["key"], str) or not isinstance(read["before"], str):
        raise TypeError
    return Checkpoint(int(read["number"]), body, base64.b64decode(values["signature"]))
