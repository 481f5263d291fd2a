"""What replicas share, for one process: the embedded default."""

from __future__ import annotations

import asyncio
import heapq
import secrets
import time
from collections.abc import AsyncIterator, Callable

from gateway.errors import Overloaded

NAMES_MAX = 1_000_000
BACKLOG = 1000
"""Messages that a slow listener may leave unread; then it is told to read the truth again."""


def new_generation() -> str:
    """See `Shared.generation`."""
    return f"{time.time_ns() // 1000}-{secrets.token_hex(8)}"


class MemoryShared:
    """In this process only."""

    is_shared = False

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._claims: dict[str, float] = {}
        self._ends: list[tuple[float, str]] = []
        self._listeners: dict[str, set[asyncio.Queue[str | None]]] = {}
        self._generation = new_generation()

    async def claim(self, name: str, seconds: int) -> bool:
        """See `Shared`.

        Raises:
            Overloaded: too many names are held; an old one is never given up early.
        """
        now = self._clock()
        while self._ends and self._ends[0][0] <= now:
            end, old = heapq.heappop(self._ends)
            if self._claims.get(old) == end:
                del self._claims[old]
        if name in self._claims:
            return False
        if len(self._claims) >= NAMES_MAX:
            raise Overloaded(retry_after_seconds=1)
        self._claims[name] = now + seconds
        heapq.heappush(self._ends, (now + seconds, name))
        return True

    async def claim_within(self, name: str, seconds: int) -> tuple[bool, str]:
        """See `Shared`.

        Raises:
            Overloaded: too many names are held; an old one is never given up early.
        """
        return await self.claim(name, seconds), self._generation

    async def generation(self) -> str:
        """See `Shared`."""
        return self._generation

    async def publish(self, channel: str, message: str) -> None:
        """See `Shared`."""
        for queue in self._listeners.get(channel, ()):
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
            queue.put_nowait(message)

    async def listen(self, channel: str) -> AsyncIterator[str | None]:
        """See `Shared`."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(BACKLOG)
        listeners = self._listeners.setdefault(channel, set())
        listeners.add(queue)
        try:
            yield None
            while True:
                yield await queue.get()
        finally:
            listeners.discard(queue)

    async def check(self) -> None:
        """See `Shared`."""

    async def close(self) -> None:
        """See `Shared`."""
