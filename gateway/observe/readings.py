"""Numbers that rooms keep for themselves, read once a second: lengths of queues, hits of caches.

A room that must be quick, or pure, adds to a plain number; it is read here. Where several processes serve a port each
reads its own, so that whoever is asked for metrics has those of all.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from prometheus_client import Histogram

from gateway.observe.log import describe, logger

SECONDS = 1.0
_STATM = Path("/proc/self/statm")


class Settable(Protocol):
    """A gauge."""

    def set(self, value: float) -> None: ...


class Addable(Protocol):
    """A counter."""

    def inc(self, amount: float = 1) -> None: ...


class Readings:
    """What is read. A reading must neither wait nor raise."""

    def __init__(self) -> None:
        self._gauges: list[tuple[Settable, Callable[[], float]]] = []
        self._sums: list[tuple[Addable, Callable[[], float]]] = []
        self._before: list[float] = []

    def gauge(self, gauge: Settable, read: Callable[[], float]) -> None:
        """From now on `gauge` is what `read` says."""
        self._gauges.append((gauge, read))

    def sum(self, counter: Addable, read: Callable[[], float]) -> None:
        """From now on `counter` grows with the number that `read` says; a number that began anew counts from 0."""
        self._sums.append((counter, read))
        self._before.append(0)

    def take(self) -> None:
        """Read all, now."""
        for gauge, value in self._gauges:
            gauge.set(value())
        for place, (counter, read) in enumerate(self._sums):
            before, now = self._before[place], read()
            self._before[place] = now
            if now != before:
                counter.inc(now - before if now > before else now)

    async def watch(self, lag: Histogram) -> None:
        """For ever: read once a second, and observe how late that was."""
        while True:
            due = time.perf_counter() + SECONDS
            await asyncio.sleep(SECONDS)
            lag.observe(max(0.0, time.perf_counter() - due))
            try:
                self.take()
            except Exception as error:  # noqa: BLE001 - the loop must go on
                logger().error("metrics_unread", **describe(error))


def resident_bytes() -> float:
    """Memory of this process; 0 where the system does not say."""
    try:
        return float(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0.0
