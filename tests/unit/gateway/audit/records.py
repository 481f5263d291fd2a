"""Records made in memory, for tests that tamper with them."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.chain import Head, Row, link
from gateway.audit.checkpoint import Checkpoint, public_bytes, sign_checkpoint, sign_pruning
from gateway.audit.event import AuditEvent, Kind, Value
from gateway.audit.export import Export

MAC = b"m" * 32
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def event(number: int, tenant: str = "ten_a", kind: Kind = Kind.REDACTION, **fields: Value) -> AuditEvent:
    shown: dict[str, Value] = fields or {"entity": "US_SSN", "start": number, "end": number + 11, "action": "redact"}
    return AuditEvent(kind, tenant, 1_700_000_000_000_000 + number, f"req_{number}", shown)


def chain(events: Sequence[AuditEvent], head: Head | None = None) -> list[Row]:
    """The rows of one chain."""
    at = head or Head(events[0].chain)
    rows = []
    for one in events:
        row = link(at, one, {}, MAC)
        at = Head(row.chain, row.seq, row.hash)
        rows.append(row)
    return rows


def heads(*chains: Sequence[Row]) -> list[Head]:
    return [Head(rows[-1].chain, rows[-1].seq, rows[-1].hash) for rows in chains if rows]


def signed(*chains: Sequence[Row], before: Checkpoint | None = None) -> Checkpoint:
    return sign_checkpoint(KEY, before, heads(*chains), 1_700_000_000_000_000)


def pruning(start: Head, key: Ed25519PrivateKey = KEY) -> AuditEvent:
    """The record of a pruning, signed."""
    made = sign_pruning(key, start)
    fields: dict[str, Value] = {"chain": start.chain, "up_to": start.seq, "hash": start.hash.hex()}
    fields |= {"signing_key": made.signing_key, "signature": made.signature.hex()}
    return event(1, start.chain, Kind.PRUNE, **fields)


def export(*chains: Sequence[Row], checkpoints: Sequence[Checkpoint] = ()) -> Export:
    rows = {one[0].chain: list(one) for one in chains if one}
    return Export(public_bytes(KEY), [], list(checkpoints), rows)
