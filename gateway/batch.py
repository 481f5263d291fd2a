"""`holdback redact`: files and folders in, redacted text out, by the same engine as the gateway's."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.errors import ConfigurationError
from gateway.inspection.engine import with_model
from gateway.models.local import LocalModel
from gateway.services import build_engine
from gateway.stream.holdback import BATCH_CHARS, HoldBack, Scanner, redact


class Source(NamedTuple):
    """A file to read; `inside` is where it stands in the folder that was named, or None when it was named itself."""

    path: Path
    inside: Path | None


def run(
    policy: str,
    form: str,
    files: tuple[Path, ...],
    out: TextIO | None = None,
    *,
    output: Path | None = None,
    hash_key: bytes | None = None,
) -> None:
    """Redact files, all files of folders, or standard input when none is named.

    Args:
        policy: preset name or path.
        form: `text`, or `jsonl` with `{"id", "text"}` a line in and
            `{"id", "redacted", "spans": [{"start", "end", "entity", "recognizer", "score"}]}` out; offsets count code
            points of the input.
        files: read one after another; folders in the order of their names, without hidden files and those that are not
            UTF-8, which are named on standard error.
        out: where to, without `output`; standard output by default.
        output: folder that gets one file for each file read, in the same places; it is made when it is not there.
        hash_key: of the action `hash`.

    Raises:
        ConfigurationError: the policy cannot be used, an input is not what `form` says, or two files would get one
            place in `output`.
        PolicyBlock: the policy blocks a value; what came before it has been written.
    """
    out = out or sys.stdout
    sources = list(_sources(files, output))
    places = _places(sources, output) if output is not None else {}
    scanner = with_model(build_engine(policy, hash_key=hash_key), LocalModel()).request
    one = _jsonl if form == "jsonl" else _text
    if not files:
        _write(one(scanner, sys.stdin, "standard input"), "standard input", out)
    with _progress(sources) as advance:
        for source in sources:
            with source.path.open(encoding="utf-8", newline="") as opened:
                pieces = one(scanner, opened, str(source.path))
                if source.path not in places:
                    _write(pieces, str(source.path), out)
                else:
                    places[source.path].parent.mkdir(parents=True, exist_ok=True)
                    with places[source.path].open("w", encoding="utf-8", newline="") as target:
                        _write(pieces, str(source.path), target)
            advance(source.path.stat().st_size)


def _sources(files: tuple[Path, ...], output: Path | None) -> Iterator[Source]:
    """The files that are meant, folders opened."""
    for named in files:
        if not named.is_dir():
            yield Source(named, None)
            continue
        for path in sorted(named.rglob("*")):
            inside = path.relative_to(named)
            is_hidden = any(part.startswith(".") for part in inside.parts)
            is_ours = output is not None and path.resolve().is_relative_to(output.resolve())
            if is_hidden or is_ours or not path.is_file():
                continue
            if _is_text(path):
                yield Source(path, inside)
            else:
                console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
                console.print(f"holdback: {path} is not UTF-8 and was left out.")


def _is_text(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as opened:
            while opened.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _places(sources: list[Source], output: Path) -> dict[Path, Path]:
    """Where each file goes."""
    places: dict[Path, Path] = {}
    taken: set[Path] = set()
    for source in sources:
        place = output / (source.inside or source.path.name)
        if place in taken or place.resolve() == source.path.resolve():
            raise ConfigurationError(f"{source.path}: its place in --output is taken by another input.")
        taken.add(place)
        places[source.path] = place
    return places


@contextlib.contextmanager
def _progress(sources: list[Source]) -> Iterator[Callable[[int], None]]:
    """A bar on standard error when that is a terminal; it counts bytes."""
    console = Console(stderr=True)
    if not sources or not console.is_terminal:
        yield lambda _size: None
        return
    columns = TextColumn("Redacting"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        task = progress.add_task("", total=sum(source.path.stat().st_size for source in sources))
        yield lambda size: progress.advance(task, size)


def _write(pieces: Iterator[str], name: str, out: TextIO) -> None:
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
