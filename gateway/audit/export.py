"""The record outside of its database: JSON lines that verify offline, and CEF for what reads logs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.audit.chain import NO_HASH, Fault, Head, Row, faults
from gateway.audit.checkpoint import (
    GLOBAL,
    Checkpoint,
    KeyRotation,
    checkpoint_faults,
    from_line,
    to_line,
    trusted_keys,
)
from gateway.audit.event import CRITICAL, Kind

_CEF_HEADER = re.compile(r"([\\|])")
_CEF_VALUE = re.compile(r"([\\=])")


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
        except (ValueError, KeyError, TypeError, RecursionError):
            found.faults.append(Fault(GLOBAL, number, f"line {number} of the export cannot be read"))
    return found


def _take(values: dict[str, Any], found: Export) -> None:
    kind = values["type"]
    if kind == "event":
        names = ("chain", "seq", "at_us", "kind", "request_id", "body", "commitments")
        hashes = (bytes.fromhex(values[name]) for name in ("previous", "hash", "mac"))
        row = Row(*(values[name] for name in names), *hashes)
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
) -> list[Fault]:
    """Everything that is wrong with a record, worst place first within each chain.

    Args:
        export: what was read.
        first_key: the operator's first public key as it is known elsewhere; the record's own is believed otherwise.
        anchor: checkpoints that were kept elsewhere; what they say was there must still be there.
        mac_key: of the installation, to check the MACs too.
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
    found += checkpoint_faults(anchored, keys)
    starts = _starts(export, keys_known=bool(keys))
    heads: dict[str, Head] = {}
    for chain, rows in sorted(export.rows.items()):
        start = starts.get(chain, Head(chain))
        faulty, heads[chain] = faults((row for row in rows if row.seq > start.seq), start=start, mac_key=mac_key)
        found += faulty
    for checkpoint in (*export.checkpoints, *anchored):
        found += _missing(checkpoint, export, heads, starts)
    return list(dict.fromkeys(found))


def _starts(export: Export, *, keys_known: bool) -> dict[str, Head]:
    """Where pruned chains begin: what the newest checkpoint says, or the prune records of critical chains."""
    starts: dict[str, Head] = {}
    for rows in export.rows.values():
        for row in rows:
            if row.kind == Kind.PRUNE.value:
                body = json.loads(row.body)
                head = Head(str(body["chain"]), int(body["up_to"]), bytes.fromhex(str(body["hash"])))
                if head.seq > starts.get(head.chain, Head(head.chain)).seq:
                    starts[head.chain] = head
    for checkpoint in export.checkpoints if keys_known else ():
        for chain, (seq, digest) in checkpoint.values()["starts"].items():
            if seq > starts.get(chain, Head(chain)).seq:
                starts[chain] = Head(chain, seq, bytes.fromhex(digest))
    return starts


def _missing(
    checkpoint: Checkpoint, export: Export, heads: Mapping[str, Head], starts: Mapping[str, Head]
) -> list[Fault]:
    """What a checkpoint saw and is not there any more."""
    found = []
    for chain, (seq, digest) in checkpoint.values()["heads"].items():
        if seq == 0 or seq <= starts.get(chain, Head(chain)).seq:
            continue
        if chain not in heads:
            found.append(Fault(chain, 0, f"the whole chain is missing: checkpoint {checkpoint.number} saw {seq} rows"))
        elif heads[chain].seq < seq:
            what = f"the end is cut off: checkpoint {checkpoint.number} saw row {seq}"
            found.append(Fault(chain, heads[chain].seq, what))
        else:
            seen = next((row.hash for row in export.rows[chain] if row.seq == seq), NO_HASH)
            if seen.hex() != digest:
                found.append(Fault(chain, seq, f"the row is not the one that checkpoint {checkpoint.number} saw"))
    return found


def cef_line(row: Row, version: str) -> str:
    """One row in ArcSight's Common Event Format: severity 8 for critical kinds, 3 for the rest."""
    critical = row.kind in {kind.value for kind in CRITICAL}
    header = ["CEF:0", "Holdback", "Holdback", version, row.kind, row.kind.replace("_", " "), "8" if critical else "3"]
    shown = "|".join(_CEF_HEADER.sub(r"\\\1", part) for part in header)
    values = {"rt": row.at_us // 1000, "externalId": f"{row.chain}/{row.seq}", "cs1Label": "requestId"}
    values |= {"cs1": row.request_id, **json.loads(row.body)}
    return f"{shown}|{' '.join(f'{name}={_escaped(value)}' for name, value in values.items())}"


def _escaped(value: object) -> str:
    return _CEF_VALUE.sub(r"\\\1", str(value)).replace("\n", " ")
