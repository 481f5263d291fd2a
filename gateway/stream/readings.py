"""The two readings of parts that come one after another: all of them as one text, and each alone.

Laws kept here: what either reading finds goes; what counts goes by position in the text, never by arrival; what is read
twice is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import cast

from gateway.stream.scanner import Around, Noticing, Scanner, SlowAnswers, live_from
from gateway.verdict import Finding

TWICE_CHARS = 512
"""So far from its seam a part is read alone, too."""


@dataclass(slots=True)
class Both:
    """How far both readings are: `inner` of all as one text, and of the last part alone, which begins at `seam`."""

    inner: object
    alone: object | None
    seam: int


class Readings(Around, SlowAnswers, Noticing):
    """Implements `gateway.stream.scanner.Scanner`: what either reading finds. Its progress is `Both`."""

    def __init__(self, inner: Scanner) -> None:
        super().__init__(inner)
        self.replacement = inner.replacement

    def start(self, *, json_text: bool) -> object:
        return Both(self._inner.start(json_text=json_text), None, 0)

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        own = cast(Both, progress)
        frontier, found = self._inner.scan(raw, base, own.inner, final=final)
        if own.alone is None:
            return frontier, found
        decided, more = self._inner.scan(*_part(raw, base, own.seam), own.alone, final=final)
        if decided > TWICE_CHARS:
            own.alone = None
        return min(frontier, decided + own.seam), found + _near(more, own.seam)

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        own = cast(Both, progress)
        frontier, found = live_from(self._inner, raw, base, own.inner)
        if own.alone is None:
            return frontier, found
        decided, more = live_from(self._inner, *_part(raw, base, own.seam), own.alone)
        return min(frontier, decided + own.seam), found + _near(more, own.seam)

    def over(self, raw: str, base: int, own: Both) -> list[Finding]:
        """What is found in the last part alone, now that it has ended; the next one begins."""
        end, found = base + len(raw), list[Finding]()
        if own.alone is not None:
            found += _near(self._inner.scan(*_part(raw, base, own.seam), own.alone, final=True)[1], own.seam)
        if not own.seam or end - own.seam > TWICE_CHARS:
            # As one text it goes on: how far that is must stay as it is.
            found += self._inner.scan(raw, base, deepcopy(own.inner), final=True)[1]
        own.seam, own.alone = end, self._inner.start(json_text=False)
        return found

    def noticed(self, progress: object) -> list[Finding]:
        return self._inner.noticed(cast(Both, progress).inner) if isinstance(self._inner, Noticing) else []


def _part(raw: str, base: int, seam: int) -> tuple[str, int]:
    """A buffer without what stands before a seam, in offsets that count from there."""
    return (raw[seam - base :], 0) if seam > base else (raw, base - seam)


def _near(found: Sequence[Finding], seam: int) -> list[Finding]:
    """Of what is found in a part alone, what is near enough to its seam; by position, whenever it is found."""
    return moved([one for one in found if one.start <= TWICE_CHARS], seam)


def moved(found: Sequence[Finding], by: int) -> list[Finding]:
    return [replace(one, start=one.start + by, end=one.end + by) for one in found] if by else [*found]
