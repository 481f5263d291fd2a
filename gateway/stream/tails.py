"""The tails of long values: swallowed as they come, behind a head that has left already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.stream.scanner import Scanner
from gateway.verdict import Finding


@dataclass(slots=True)
class OpenTail:
    """A tail that goes on: whose, how far it came, and how much it has had."""

    finding: Finding
    at: int
    swallowed: int = 0


def swallow(
    tails: Iterable[OpenTail], scanner: Scanner, buffer: tuple[str, int, object], limit: int, *, final: bool
) -> tuple[list[OpenTail], int]:
    """Move tails on, up to `limit`.

    Args:
        tails: that are open.
        scanner: whose they are.
        buffer: raw text, its offset and the progress, as for `Scanner.scan`.
        limit: offset up to which the text is decided.
        final: no more text comes.

    Returns:
        Those that go on, and the furthest offset that any of them reached.
    """
    raw, base, progress = buffer
    still_open, furthest = [], -1
    for tail in tails:
        if tail.at < limit:
            end, is_open = scanner.tail_end(
                tail.finding,
                raw,
                base,
                progress,
                start=tail.at,
                limit=limit,
                swallowed=tail.swallowed,
                final=final,
            )
            tail.swallowed += end - tail.at
            tail.at = end
            furthest = max(furthest, end)
            if not is_open:
                continue
        still_open.append(tail)
    return still_open, furthest
