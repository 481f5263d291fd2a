"""Segments that wait for a worker: those of different askers in turn, never more than a bound."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.errors import InspectionFailed
from gateway.models.bridge import wait_for
from recognizers.ner.entities import Entity

OnBatch = Callable[[int, float, bool], None]
"""Told of a batch: segments, seconds, and whether they were answered."""


def unheard(_segments: int, _seconds: float, _answered: bool) -> None:
    """For whom nobody measures."""


@dataclass(eq=False, slots=True)
class Ticket:
    """A segment that was asked for; implements `gateway.inspection.model.Answer`. `text` is in no repr."""

    text: str = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)
    tries: int = 0
    line: FairQueue | None = field(default=None, repr=False)
    _found: tuple[Entity, ...] | None = field(default=None, repr=False)
    _failed: bool = False
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def is_ready(self) -> bool:
        return self._done.is_set()

    def wait(self) -> tuple[Entity, ...]:
        if not self._done.is_set():
            started = time.perf_counter()
            try:
                wait_for(self._done.wait(), self.loop)
            finally:
                if self.line is not None:
                    self.line.waited_seconds += time.perf_counter() - started
        if self._found is None:
            raise InspectionFailed
        return self._found

    async def done(self) -> None:
        """Wait, in a coroutine, until `wait` would not."""
        await self._done.wait()

    def answer(self, found: tuple[Entity, ...]) -> None:
        """What was found."""
        self._found, self.text = found, ""
        self._done.set()

    def fail(self) -> None:
        """There will be no answer."""
        self.text = ""
        self._done.set()


class FairQueue:
    """First in, first out for each asker; the askers take turns. All of it on the loop's thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._waiting: OrderedDict[int, deque[Ticket]] = OrderedDict()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.waited_seconds = 0.0
        """That texts waited for answers, all together."""

    def __len__(self) -> int:
        return self._size

    @property
    def has_room(self) -> bool:
        """Whether one more may come in."""
        return self._size < self._most

    async def room(self) -> None:
        """Wait until one more may come in."""
        while not self.has_room:
            self._room.clear()
            await self._room.wait()

    async def news(self) -> None:
        """Wait until something is there."""
        while not self._size:
            self._news.clear()
            await self._news.wait()

    def put(self, ticket: Ticket, asker: object) -> None:
        """Line up behind the others of this asker."""
        ticket.line = self
        self._waiting.setdefault(id(asker), deque()).append(ticket)
        self._size += 1
        self._news.set()

    def put_back(self, tickets: list[Ticket]) -> None:
        """What a worker had taken and did not answer goes first."""
        if tickets:
            self._waiting[id(tickets)] = deque(tickets)
            self._waiting.move_to_end(id(tickets), last=False)
            self._size += len(tickets)
            self._news.set()

    def take(self, most: int) -> list[Ticket]:
        """Up to so many, one of each asker in turn. What a worker has failed on goes alone: it may be the cause."""
        taken: list[Ticket] = []
        while self._waiting and len(taken) < most:
            asker, line = self._waiting.popitem(last=False)
            if line[0].tries and taken:
                self._waiting[asker] = line
                self._waiting.move_to_end(asker, last=False)
                break
            taken.append(line.popleft())
            if taken[0].tries:
                most = 1
            if line:
                self._waiting[asker] = line
        self._size -= len(taken)
        if self.has_room:
            self._room.set()
        return taken


class Lined:
    """Base of those whose texts stand in a `FairQueue`: how that is, for who measures."""

    _queue: FairQueue

    @property
    def waiting(self) -> int:
        """Segments in line."""
        return len(self._queue)

    @property
    def waited_seconds(self) -> float:
        """That texts waited for answers, all together."""
        return self._queue.waited_seconds
