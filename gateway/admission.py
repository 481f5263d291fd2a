"""Who is let in: so many at a time, and nobody new once the process is told to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import Overloaded
from gateway.errors.serving import Stopping
from gateway.observe.metrics import Metrics


class Admission:
    """How many requests are being served; more than `most` are turned away."""

    def __init__(self, most: int, metrics: Metrics) -> None:
        self._most = most
        self._open = 0
        self._is_stopping = False
        self.is_announced = False
        self._gauge = metrics.streams

    def announce(self) -> None:
        """This process is going to stop: it serves on, and is not ready any more."""
        self.is_announced = True

    def stop(self) -> None:
        """Turn everybody away from now on."""
        self._is_stopping = True

    @contextmanager
    def enter(self) -> Iterator[None]:
        """One request.

        Raises:
            Overloaded: there are too many.
            Stopping: the process is told to stop.
        """
        if self._is_stopping:
            raise Stopping(retry_after_seconds=1)
        if self._open >= self._most:
            raise Overloaded(retry_after_seconds=1)
        self._open += 1
        self._gauge.set(self._open)
        try:
            yield
        finally:
            self._open -= 1
            self._gauge.set(self._open)
