"""The events of a stream that wait: those that end a text, for the event that comes next, since it may say that the
text was cut off; and where it begins a further part of that text, all that comes until the first part is decided.
"""

from __future__ import annotations

from gateway.errors import ResponseTooLarge
from gateway.stream.channels import Channels
from gateway.stream.outgoing import Outgoing
from gateway.wire.format import Channel, Chunk


class Waiting(list[Outgoing]):
    """In the order in which they came.

    Args:
        channels: of the stream.
        most: events behind parts that are not decided.
    """

    def __init__(self, channels: Channels, most: int) -> None:
        super().__init__()
        self._channels, self._most = channels, most

    @property
    def ends(self) -> list[tuple[Channel, bool]]:
        """The texts that end, by what their names begin with, and whether they were cut off."""
        return [end for outgoing in self for end in outgoing.finished]

    def hear(self, chunk: Chunk) -> None:
        """An event may say that what ends here was cut off."""
        for outgoing in self if chunk.cut_off or chunk.joins else ():
            for prefix in [()] if chunk.cut_off else [prefix for prefix, cut_off in chunk.finished if cut_off]:
                outgoing.cut_off(prefix)

    def goes_on(self, chunk: Chunk) -> bool:
        """Whether an event goes on with what ends here, as a further part of it."""
        is_end = chunk.cut_off or chunk.is_last or chunk.is_error
        return bool(self) and not is_end and self._channels.goes_on(chunk.slots, self.ends)

    def takes(self, outgoing: Outgoing, chunk: Chunk) -> bool:
        """Whether an event waits, too.

        Raises:
            ResponseTooLarge: there are too many of them.
        """
        if not (chunk.finished or (self._channels.waits and not chunk.is_idle)):
            return False
        self.append(outgoing)
        if len(self) > self._most:
            raise ResponseTooLarge
        return True

    def taken(self) -> list[Outgoing]:
        """All of them: nothing waits any more."""
        self._channels.settle(self.ends)
        events = [*self]
        self.clear()
        return events
