"""The record outside of its database: JSON lines that verify offline (CEF for what reads logs: `cef.py`)."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.chain import NO_HASH, Fault, Head, Row, faults
from gateway.audit.checkpoint import (
    GLOBAL,
    Checkpoint,
    KeyRotation,
    Pruning,
    checkpoint_faults,
    from_line,
    to_line,
    trusted_keys,
)
from gateway.audit.event import Kind

_NAMES = ("chain", "seq", "at_us", "kind", "request_id", "body", "commitments")
_TYPES = [str, int, int, str, str, str, str]


@dataclass(slots=True)
class Export:
    """A whole record, read from its lines."""

    first_key: bytes = b""
    rotations: list[KeyRotation] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def row_line(row: Row) -> str:
    """One row as JSON; no secret is in it."""
    values = {
        "type": "event",
        "chain": row.chain,
        "seq": row.seq,
        "at_us": row.at_us,
        "kind": row.kind,
        "request_id": row.request_id,
        "body": row.body,
        "commitments": row.commitments,
        "previous": row.previous.hex(),
        "hash": row.hash.hex(),
        "mac": row.mac.hex(),
    }
    return json.dumps(values, sort_keys=True)


def key_lines(first_key: bytes, rotations: Iterable[KeyRotation]) -> Iterator[str]:
    """The signing keys, in the order in which they were introduced."""
    yield json.dumps({"type": "key", "public_key": base64.b64encode(first_key).decode()})
    for one in rotations:
        signature = base64.b64encode(one.signature).decode()
        public_key = base64.b64encode(one.public_key).decode()
        yield json.dumps({"type": "rotation", "public_key": public_key, "signature": signature})


def checkpoint_lines(checkpoints: Iterable[Checkpoint]) -> Iterator[str]:
    """The checkpoints."""
    return map(to_line, checkpoints)


def read_export(lines: Iterable[str]) -> Export:
    """A record from its lines; a line that cannot be read is a fault, not the end."""
    found = Export()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            _take(json.loads(line), found)
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
            found.faults.append(Fault(GLOBAL, number, f"line {number} of the export cannot be read"))
    return found


def read_anchor(lines: Iterable[str]) -> list[Checkpoint]:
    """Checkpoints that were kept elsewhere, in order, each once: several replicas may have written them.

    Raises:
        ValueError: a line cannot be read.
    """
    kept = read_export(lines)
    if kept.faults:
        raise ValueError(kept.faults[0].what)
    return list(dict.fromkeys(sorted(kept.checkpoints, key=lambda one: one.number)))


def _take(values: dict[str, Any], found: Export) -> None:
    kind = values["type"]
    if kind == "event":
        shown = [values[name] for name in _NAMES]
        if [type(value) for value in shown] != _TYPES:
            raise ValueError
        row = Row(*shown, *(bytes.fromhex(values[name]) for name in ("previous", "hash", "mac")))
        found.rows.setdefault(row.chain, []).append(row)
    elif kind == "checkpoint":
        found.checkpoints.append(from_line(values))
    elif kind == "key":
        found.first_key = base64.b64decode(values["public_key"])
    elif kind == "rotation":
        found.rotations.append(
            KeyRotation(base64.b64decode(values["public_key"]), base64.b64decode(values["signature"]))
        )
    else:
        raise ValueError


def verify(
    export: Export,
    *,
    first_key: bytes | None = None,
    anchor: Iterable[Checkpoint] = (),
    mac_key: bytes | None = None,
    only: Collection[str] = (),
) -> list[Fault]:
    """Everything that is wrong with a record, worst place first within each chain.

    Args:
        export: what was read.
        first_key: the operator's first public key as it is known elsewhere; the record's own is believed otherwise.
        anchor: checkpoints that were kept elsewhere; what they say was there must still be there.
        mac_key: of the installation, to check the MACs too.
        only: the chains that the export is of; all when there are none.
    """
    found = list(export.faults)
    first = first_key or export.first_key
    if not first:
        found.append(Fault(GLOBAL, 0, "no signing key is known, so no checkpoint can be checked"))
    elif first_key and export.first_key and first_key != export.first_key:
        found.append(Fault(GLOBAL, 0, "the record begins with another signing key than the operator's"))
    keys = trusted_keys(first, export.rotations) if first else {}
    found += checkpoint_faults(export.checkpoints, keys)
    anchored = list(anchor)
    found += checkpoint_faults(anchored, keys, gaps=True)
    starts, unsigned = _starts(export, keys)
    found += unsigned
    heads: dict[str, Head] = {}
    for chain, rows in sorted(export.rows.items()):
        start = starts.get(chain, Head(chain))
        faulty, heads[chain] = faults((row for row in rows if row.seq > start.seq), start=start, mac_key=mac_key)
        found += faulty
    hashes = {chain: {row.seq: row.hash for row in rows} for chain, rows in export.rows.items()}
    for checkpoint in (*export.checkpoints, *anchored):
        found += _missing(checkpoint, hashes, heads, starts, only)
    return list(dict.fromkeys(found))


def _starts(export: Export, keys: Mapping[str, Ed25519PublicKey]) -> tuple[dict[str, Head], list[Fault]]:
    """Where pruned chains begin, by prune records that the operator's key signed; and those that it did not sign."""
    starts: dict[str, Head] = {}
    found = []
    for row in (row for rows in export.rows.values() for row in rows if row.kind == Kind.PRUNE.value):
        pruning = _pruning(row)
        if pruning is None or not pruning.is_signed(keys):
            found.append(Fault(row.chain, row.seq, "the record of a pruning is not signed by the operator's key"))
        elif pruning.start.seq > starts.get(pruning.start.chain, Head("")).seq:
            starts[pruning.start.chain] = pruning.start
    return starts, found


def _pruning(row: Row) -> Pruning | None:
    try:
        body = json.loads(row.body)
        start = Head(str(body["chain"]), int(body["up_to"]), bytes.fromhex(body["hash"]))
        return Pruning(start, str(body["signing_key"]), bytes.fromhex(body["signature"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _missing(
    checkpoint: Checkpoint,
    hashes: Mapping[str, Mapping[int, bytes]],
    heads: Mapping[str, Head],
    starts: Mapping[str, Head],
    only: Collection[str],
) -> list[Fault]:
    """What a checkpoint saw and is not there any more."""
    found = []
    for chain, (seq, digest) in checkpoint.values()["heads"].items():
        if seq <= starts.get(chain, Head(chain)).seq or (only and chain not in only):
            continue
        if chain not in heads:
            found.append(Fault(chain, 0, f"the whole chain is missing: checkpoint {checkpoint.number} saw {seq} rows"))
        elif heads[chain].seq < seq:
            what = f"the end is cut off: checkpoint {checkpoint.number} saw row {seq}"
            found.append(Fault(chain, heads[chain].seq, what))
        elif hashes[chain].get(seq, NO_HASH).hex() != digest:
            found.append(Fault(chain, seq, f"the row is not the one that checkpoint {checkpoint.number} saw"))
    return found
