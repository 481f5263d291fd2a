"""Hands each piece of an answer on as it is read from the socket.

aiohttp gives a body to a coroutine: a future, a turn of the loop and a walk down the stack of awaits for each piece,
which costs as much as to inspect it. Here a piece that comes while the coroutine waits goes to a function at once. What
the function refuses, and all that comes while nobody waits, takes aiohttp's own way, with its limits and its
back-pressure.

aiohttp has no way to ask for this, so the class of the body's reader is changed for one that adds nothing but that.
Where that cannot be done (another aiohttp), everything takes the ordinary way: slower, and no less right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import StreamReader

Take = Callable[[bytes], bool]
_takers: dict[StreamReader, Take] = {}
"""By reader; it has no room for more attributes. Each is here only as long as its `live` block."""


class LiveReader(StreamReader):
    """The body of an answer that is being taken live."""

    __slots__ = ()

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        if self._waiter is not None and data and (take := _takers.get(self)) is not None and take(data):
            return False
        return super().feed_data(data, size)

    def begin_http_chunk_receiving(self) -> None:
        """Where HTTP's chunks begin and end says nothing of events."""

    def end_http_chunk_receiving(self) -> None:
        """See `begin_http_chunk_receiving`."""


@contextmanager
def live(body: object, take: Take) -> Iterator[None]:
    """Inside the block, pieces that come while somebody waits in `body.readany()` go to `take` instead, which answers
    whether it took them. It must not raise. A body that is no reader of aiohttp's takes the ordinary way."""
    try:
        if type(body) is StreamReader:
            body.__class__ = LiveReader
    except TypeError:
        pass
    if isinstance(body, LiveReader):
        _takers[body] = take
    try:
        yield
    finally:
        if isinstance(body, LiveReader):
            _takers.pop(body, None)
