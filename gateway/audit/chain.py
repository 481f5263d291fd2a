"""The chain: every row is tied to the one before it.

Laws kept here:
1. A row has canonical bytes: every field with its length before it, so that no two rows have the same.
2. `hash = SHA-256(bytes, the hash before)`: anyone can check it, with nothing but the rows. `mac = HMAC(key, hash)`
   under a key of the installation, which is not in the database: who can only write to the database can make no row.
3. What is pruned leaves a signed record of where the rest begins, so the rest stays verifiable.

Who could do what: with the database file alone, an edit, a deletion, an insertion or a swap is seen. The end of a
chain can be cut off unseen back to the last signed checkpoint, and not at all where checkpoints are kept elsewhere
(anchor).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.audit.event import VERSION, AuditEvent

NO_HASH = bytes(32)
_length = struct.Struct(">Q").pack
_ROW = b"holdback audit row" + _length(len(str(VERSION))) + str(VERSION).encode()


@dataclass(frozen=True, slots=True)
class Row:
    """One event in its chain, as it is stored and exported.

    Args:
        chain, seq: which place of which chain; the first is 1.
        at_us, kind, request_id, body: of the event.
        commitments: canonical JSON of the commitments to its personal fields, by name.
        previous, hash, mac: 32 bytes each.
    """

    chain: str
    seq: int
    at_us: int
    kind: str
    request_id: str
    body: str
    commitments: str
    previous: bytes = field(repr=False)
    hash: bytes = field(repr=False)
    mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of a chain: 0 and no hash where there is none yet."""

    chain: str
    seq: int = 0
    hash: bytes = field(default=NO_HASH, repr=False)


def link(head: Head, event: AuditEvent, commitments: Mapping[str, str], mac_key: bytes) -> Row:
    """The row that follows a head.

    Args:
        head: of the event's chain.
        event: what happened.
        commitments: to its personal fields, by name.
        mac_key: of the installation, 32 bytes.
    """
    kept = json.dumps(dict(commitments), sort_keys=True, separators=(",", ":")) if commitments else "{}"
    values = (head.chain, head.seq + 1, event.at_us, event.kind.value, event.request_id[:64], event.body(), kept)
    digest = hash_of(*values, previous=head.hash)
    return Row(*values, head.hash, digest, hmac.digest(mac_key, digest, hashlib.sha256))


def hash_of(
    chain: str, seq: int, at_us: int, kind: str, request_id: str, body: str, commitments: str, *, previous: bytes
) -> bytes:
    """SHA-256 over the canonical bytes of a row."""
    named, body_bytes = chain.encode(), body.encode()
    rest = f"{seq}", f"{at_us}", kind, request_id
    begin = b"".join([_length(len(part)) + part for part in [text.encode() for text in rest]])
    beside = commitments.encode()
    digest = hashlib.sha256(_ROW + _length(len(named)) + named + begin + _length(len(body_bytes)) + body_bytes)
    digest.update(_length(len(beside)) + beside + _length(len(previous)) + previous)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: chain and place, or only a chain. `what` is a sentence of this package."""

    chain: str
    seq: int
    what: str


def faults(rows: Iterable[Row], *, start: Head, mac_key: bytes | None = None) -> tuple[list[Fault], Head]:
    """Check the rows of one chain.

    Args:
        rows: in the order of their places.
        start: what the first row follows: an empty head, or where a signed prune record says that the rest begins.
        mac_key: checks the MACs too, when it is at hand.

    Returns:
        What is wrong, and the head after the last row.
    """
    found: list[Fault] = []
    head = start
    for row in rows:
        fault = _fault(row, head, mac_key)
        if fault:
            found.append(Fault(start.chain, row.seq, fault))
        head = Head(start.chain, row.seq, row.hash)
    return found, head


def _fault(row: Row, head: Head, mac_key: bytes | None) -> str:
    if row.chain != head.chain:
        return "the row belongs to another chain"
    if row.seq != head.seq + 1:
        return f"the row follows {head.seq}: rows between are missing, or it stands in the wrong place"
    if not hmac.compare_digest(row.previous, head.hash):
        return "the row is not tied to the one before it"
    values = (row.chain, row.seq, row.at_us, row.kind, row.request_id, row.body, row.commitments)
    if not hmac.compare_digest(hash_of(*values, previous=row.previous), row.hash):
        return "the row was changed: its hash does not fit"
    if mac_key is not None and not hmac.compare_digest(hmac.digest(mac_key, row.hash, hashlib.sha256), row.mac):
        return "the row was not written by this installation: its MAC does not fit"
    return ""
