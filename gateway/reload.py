"""The policy in force, and its files: a change is loaded, checked and put in force at once.

Laws kept here:
1. A policy that cannot be used changes nothing: the old one stays, and a log line and a metric say so.
2. The change is one assignment. A request takes the engine that is in force when it begins, and keeps it to its end.
3. The work is done in a thread: no stream waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.errors import ConfigurationError
from gateway.inspection.engine import Engine
from gateway.observe.log import logger
from gateway.observe.metrics import Metrics

Signature = tuple[tuple[int, int, int] | None, ...]


class Engines:
    """Holds the engine in force."""

    def __init__(self, current: Engine, build: Callable[[], Engine], metrics: Metrics) -> None:
        """
        Args:
            current: in force from the start.
            build: loads and checks the policy anew.
            metrics: count what became of changes.
        """
        self.current = current
        self._build = build
        self._metrics = metrics
        self._seen = signature(current)

    async def look(self) -> bool:
        """Look whether the files have changed, and load them if so; whether another engine is in force now."""
        seen = await asyncio.to_thread(signature, self.current)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            engine = await asyncio.to_thread(self._build)
        except ConfigurationError as error:
            self._metrics.policy_loads.labels("refused").inc()
            logger().error("policy_refused", problem=str(error), in_force=self.current.policy.name)
            return False
        self.current, self._seen = engine, await asyncio.to_thread(signature, engine)
        self._metrics.policy_loads.labels("loaded").inc()
        logger().info("policy_loaded", policy=engine.policy.name)
        return True

    @asynccontextmanager
    async def watched(self, seconds: float) -> AsyncIterator[None]:
        """Look every so many seconds; never for 0, nor for a policy that has no file."""
        if not seconds or not self.current.policy.files:
            yield
            return
        task = asyncio.create_task(self._watch(seconds))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.look()


def signature(engine: Engine) -> Signature:
    """Change time, size and identity of the files that a policy was read from; None for one that is not there."""
    return tuple(_signature(Path(file)) for file in engine.policy.files)


def _signature(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
