"""`holdback redact`: files in, redacted text out, by the same engine as the gateway's."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import track

from gateway.errors import ConfigurationError
from gateway.inspection.engine import with_model
from gateway.models.local import LocalModel
from gateway.services import build_engine
from gateway.stream.holdback import BATCH_CHARS, HoldBack, Scanner, redact


def run(
    policy: str, form: str, files: tuple[Path, ...], out: TextIO = sys.stdout, *, hash_key: bytes | None = None
) -> None:
    """Redact files, or standard input when there are none.

    Args:
        policy: preset name or path.
        form: `text`, or `jsonl` with `{"id", "text"}` a line in and
            `{"id", "redacted", "spans": [{"start", "end", "entity", "recognizer", "score"}]}` out; offsets count code
            points of the input.
        files: read one after another.
        out: where to.
        hash_key: of the action `hash`.

    Raises:
        ConfigurationError: the policy cannot be used, or an input is not what `form` says.
        PolicyBlock: the policy blocks a value; what came before it has been written.
    """
    scanner = with_model(build_engine(policy, hash_key=hash_key), LocalModel()).request
    one = _jsonl if form == "jsonl" else _text
    console = Console(stderr=True)
    listed: Iterable[Path] = files
    if len(files) > 1 and console.is_terminal:
        listed = track(files, "Redacting", console=console)
    for file in listed:
        with file.open(encoding="utf-8", newline="") as source:
            _guarded(one(scanner, source, str(file)), str(file), out)
    if not files:
        _guarded(one(scanner, sys.stdin, "standard input"), "standard input", out)


def _guarded(pieces: Iterator[str], name: str, out: TextIO) -> None:
    try:
        for piece in pieces:
            out.write(piece)
        return
    except UnicodeDecodeError:
        pass
    raise ConfigurationError(f"{name} is not UTF-8.")


def _text(scanner: Scanner, source: TextIO, _name: str) -> Iterator[str]:
    channel = HoldBack(scanner)
    while piece := source.read(BATCH_CHARS):
        yield channel.push(piece)
    yield channel.finish()
    if channel.block is not None:
        raise channel.block


def _jsonl(scanner: Scanner, source: TextIO, name: str) -> Iterator[str]:
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        row = _row(line, f"{name}:{number}")
        redacted = redact(scanner, row["text"])
        spans = [
            {"start": f.start, "end": f.end, "entity": f.entity, "recognizer": f.recognizer, "score": f.score}
            for f in redacted.findings
        ]
        yield json.dumps({"id": row.get("id"), "redacted": redacted.text, "spans": spans}, ensure_ascii=False) + "\n"


def _row(line: str, place: str) -> dict[str, str]:
    row = None
    with contextlib.suppress(ValueError):
        row = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ConfigurationError(f"{place}: is no JSON object with a `text`.")
    return row
