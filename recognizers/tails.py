"""What follows a confirmed head: how far it reaches."""

from __future__ import annotations

import re

from recognizers.normalize import View
from recognizers.recognizer import Tail


class CompiledTail:
    """A tail ready to run."""

    def __init__(self, tail: Tail) -> None:
        self._cap = tail.cap
        self._stop = re.compile(f"[^{tail.chars}]", re.ASCII)
        self._closing = re.compile(tail.closing, re.ASCII) if tail.closing else None

    def end(self, view: View, start: int, limit: int, swallowed: int) -> tuple[int, bool]:
        """Where the tail ends, and whether it goes on past `limit`; see `Pipeline.tail_end`. Offsets are raw."""
        low, high = view.index(start), view.index(limit)
        stop = self._stop.search(view.chars, low, high)
        end = stop.start() if stop else high
        is_open = stop is None
        if self._closing is not None:
            # One that begins before `limit` is all there, because its shape is in the reverse automaton; it may end
            # after `limit`, when something else waits inside it.
            closing = self._closing.search(view.chars, low)
            if closing is not None and closing.start() < end:
                return min(view.raw(closing.end()), start + self._cap - swallowed), False
        raw_end = limit if is_open else min(limit, view.raw(end))
        if raw_end - start >= self._cap - swallowed:
            return start + self._cap - swallowed, False
        return raw_end, is_open
