"""One timer a stream, whatever the number of its reads: closes a provider that falls silent or goes on for too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Watchdog:
    """Times in seconds. To be fed at every read."""

    __slots__ = ("_close", "_deadline", "_fed", "_loop", "_silence", "_timer", "_total", "has_bitten")

    def __init__(self, silence_seconds: float, total_seconds: float) -> None:
        self._silence, self._total = silence_seconds, total_seconds
        self.has_bitten = False

    def start(self, loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> None:
        """Watch from now on; `close` is called once, when time is up."""
        self._loop, self._close = loop, close
        self._fed = loop.time()
        self._deadline = self._fed + self._total
        self._timer = loop.call_later(min(self._silence, self._total), self._look)

    def feed(self) -> None:
        """The provider has said something."""
        self._fed = self._loop.time()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        due = min(self._fed + self._silence, self._deadline)
        if now < due:
            self._timer = self._loop.call_at(due, self._look)
            return
        self.has_bitten = True
        self._close()
