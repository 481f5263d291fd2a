"""An event of a stream on its way to the client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.stream.body import Edit, apply, edit, names
from gateway.stream.channels import Channels
from gateway.stream.events import Report
from gateway.stream.holdback import Scanner, redact
from gateway.stream.template import Numbers
from gateway.stream.tools import for_tool, tool_of, tools_of
from gateway.wire.format import ALTERED, Channel, Rules, Slot, SlotKind, WireFormat
from gateway.wire.json_text import path_of, quote
from gateway.wire.sse import encode


@dataclass(slots=True)
class Piece:
    """What a channel releases in the place of its piece of an event."""

    channel: Channel
    start: int
    end: int
    text: str = field(repr=False)
    frame: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Outgoing:
    """An event on its way out: its data and name, what its channels release, all other edits, the texts it ends, the
    strings in it that are still to be inspected, and its number."""

    data: bytes = field(repr=False)
    name: str
    pieces: list[Piece]
    edits: list[Edit] = field(repr=False)
    finished: tuple[tuple[Channel, bool], ...]
    slots: list[Slot] = field(default_factory=list, repr=False)
    number: tuple[int, int, int] | None = None

    def cut_off(self, prefix: Channel) -> None:
        """The texts under this name, which it ends, were cut off."""
        self.finished = tuple((one, was or one[: len(prefix)] == prefix) for one, was in self.finished)

    def inspect(self, scanner: Scanner, channels: Channels, rules: Rules) -> list[Report]:
        """Inspect the strings of the event that are no pieces; what was found in them."""
        reports: list[Report] = []
        keys, tools = names(self.slots), tools_of(self.slots)
        for slot in self.slots:
            if slot.kind is SlotKind.SIGNATURE:
                if slot.channel is not None and channels.is_altered(slot.channel):
                    self.edits.append((slot.start, slot.end, quote(ALTERED)))
                continue
            told = None if slot.context else channels.told(slot.kind, slot.text)
            if told is not None:
                if told != slot.text:
                    self.edits.append((slot.start, slot.end, quote(told)))
                continue
            replacement, found = edit(slot, for_tool(scanner, slot.steps, tools, tool_of(slot)), keys)
            if replacement is not None:
                self.edits.append((slot.start, slot.end, replacement))
            if found:
                reports.append(Report(path_of(slot.steps, rules.keys), found))
        return reports

    def written(self) -> bytes:
        """The event as bytes."""
        pieces = [(piece.start, piece.end, quote(piece.text)) for piece in self.pieces]
        return encode(apply(self.data, self.edits + pieces), self.name)


class MadeUp:
    """Events that are made up, and the numbers of those that come behind them."""

    def __init__(self, wire: WireFormat, scanner: Scanner) -> None:
        self._wire = wire
        self._scanner = scanner
        self.numbers = Numbers()

    @property
    def next(self) -> int:
        """The number of the next event."""
        return self.numbers.next

    def events(self, channel: Channel, frame: bytes, text: str) -> list[bytes]:
        """The event that says a text in a channel; none for no text."""
        if not text:
            return []
        event = encode(*self._wire.flush(frame, self._shown(channel), quote(text), self.next))
        self.numbers.next += 1
        self.numbers.made_up += 1
        return [event]

    def _shown(self, channel: Channel) -> Channel:
        """The channel by names that may be seen: one that the format does not know is the provider's text, too."""
        known = self._wire.rules.keys
        return tuple(
            step if isinstance(step, int) or step in known else redact(self._scanner, step).text for step in channel
        )

    def instead_of(self, events: Iterable[Outgoing]) -> list[bytes]:
        """What the channels of events released that will not be sent."""
        pieces = (piece for outgoing in events for piece in outgoing.pieces)
        return [event for piece in pieces for event in self.events(piece.channel, piece.frame, piece.text)]

    def renumber(self, outgoing: Outgoing) -> None:
        """An event that the provider numbered stands behind those that were made up."""
        if outgoing.number is not None:
            start, end, number = outgoing.number
            moved = self.numbers.moved(number)
            if self.numbers.made_up:
                outgoing.edits.append((start, end, moved))
