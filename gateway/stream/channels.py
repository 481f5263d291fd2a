"""The texts of one stream, each with its hold-back, by the name of their channel.

Laws kept here:
1. Half of a surrogate pair waits for the other half; one that stays alone at the end becomes U+FFFD.
2. What has ended says no more.
3. Where a format says again as a whole what it said in deltas, the whole is what was told: the same text, cut-off rule
   and all, at no second inspection.
4. Bounded: channels that are open, channels that have ended, characters that are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from gateway.errors import InspectionFailed, ResponseTooLarge, UpstreamProtocolError
from gateway.errors.policy import PolicyBlock
from gateway.stream.chain import Run
from gateway.stream.escapes import joined
from gateway.stream.holdback import Scanner
from gateway.stream.limits import StreamLimits
from gateway.stream.release import ChannelText, Release
from gateway.stream.signed import Passing
from gateway.stream.tools import for_tool, tools_of
from gateway.verdict import Finding
from gateway.wire.format import Channel, Slot, SlotKind, Step, WireFormat
from gateway.wire.parts import place

REPLACEMENT_CHARACTER = "\ufffd"
ENDED_PER_OPEN = 64
"""So many channels may have ended for one that may be open."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What a channel still had to say at its end, and what was found in it."""

    channel: Channel
    text: str = field(repr=False)
    frame: bytes = field(repr=False)
    findings: tuple[Finding, ...]
    block: PolicyBlock | None = None


class _Told:
    """What came in and what went out of a channel that will be repeated."""

    __slots__ = ("came", "kind", "went")

    def __init__(self, kind: SlotKind) -> None:
        self.kind = kind
        self.came: list[str] = []
        self.went: list[str] = []


class Channels:
    """All channels of one stream."""

    __slots__ = (
        "_altered",
        "_calls",
        "_ended",
        "_frames",
        "_halves",
        "_limits",
        "_open",
        "_records",
        "_release",
        "_room",
        "_run",
        "_scanner",
        "_signed",
        "_steps",
        "_told",
        "_tools",
        "came_chars",
    )

    def __init__(
        self, scanner: Scanner, limits: StreamLimits, release: Release, wire: WireFormat, *, passes_signed: bool = False
    ) -> None:
        self._scanner = scanner
        self._steps = wire.steps
        self._run: Run | None = None
        self._release = release
        self._limits = limits
        self._open: dict[Channel, ChannelText] = {}
        self._halves: dict[Channel, str] = {}
        self._frames: dict[Channel, bytes] = {}
        self._ended: set[Channel] = set()
        self._altered: set[Channel] = set()
        self._records: dict[Channel, _Told] | None = {} if wire.repeats else None
        self._told: dict[tuple[SlotKind, str], str] = {}
        self._room = limits.event_bytes
        self._tools: dict[tuple[Step, ...], str] = {}
        self._calls: dict[Channel, str] = {}
        self._signed: set[Channel] | None = set() if passes_signed else None
        self.came_chars = 0
        """Of all texts together, as they came."""

    @property
    def is_any_open(self) -> bool:
        """Whether a text has not ended."""
        return bool(self._open)

    @property
    def held_chars(self) -> int:
        """Characters held in all channels."""
        return sum(channel.held_chars for channel in self._open.values()) + len(self._halves)

    def push(self, key: Channel, kind: SlotKind, text: str, *, frame: bytes | None = None) -> str:
        """Take in a delta of a channel; the text of it that is decided by now. `frame` is what a made-up event of this
        channel needs.

        Raises:
            ResponseTooLarge: there are too many channels.
            UpstreamProtocolError: the channel has ended.
            PolicyBlock: the policy blocks a value in it; what stands before it is in the channel's rest.
        """
        self.came_chars += len(text)
        channel = self._open.get(key)
        if channel is None:
            if not text:
                return ""
            channel = self._opened(key, kind)
        if frame is not None:
            self._frames[key] = frame
        if text and (self._halves or "\ud800" <= text[-1] <= "\udbff"):
            text = joined(self._halves.pop(key, "") + text)
            if "\ud800" <= text[-1] <= "\udbff":
                text, self._halves[key] = text[:-1], text[-1]
        if self._records is None:
            return channel.push(text)
        went = channel.push(text)
        self._remember(self._records, key, text, went)
        return went

    def name(self, slots: Sequence[Slot], tools: Iterable[tuple[Channel, str]] = ()) -> None:
        """Note the names of tools: they come with the first piece of the arguments, or before it. And which texts are
        signed, where those pass as they are."""
        if self._signed is not None and len(self._signed) < self._limits.channels:
            self._signed.update(slot.channel for slot in slots if slot.is_signed and slot.channel is not None)
        for prefix, tool in tools:
            if len(self._calls) < self._limits.channels:
                self._calls[prefix] = tool
        for steps, tool in tools_of(slots).items():
            if len(self._tools) < self._limits.channels:
                self._tools[steps[1:]] = tool

    @property
    def waits(self) -> bool:
        """Whether a part of a text has ended that is decided only by what the next one says."""
        return self._run is not None and self._run.waits

    def goes_on(self, slots: Iterable[Slot], ends: Iterable[tuple[Channel, bool]]) -> bool:
        """Whether an event goes on with the parts of a text of which the last has ended, or that wait for the last.

        Args:
            slots: of the event.
            ends: the texts whose ends wait.

        Raises:
            InspectionFailed: what the parts became can no longer be told the same again.
        """
        run, said = self._run, [slot for slot in slots if slot.channel is not None]
        if run is None:
            return False
        if not _end_of(run.last, ends):
            return run.waits and all(slot.channel == run.last for slot in said if slot.text)
        places = [(one, where) for slot in said if (one := slot.channel) and (where := place(self._steps(one)))]
        if run.last in self._halves or not any(run.begin(where, one) for one, where in places):
            return False
        self._check_room()
        return True

    def settle(self, ends: Iterable[tuple[Channel, bool]]) -> None:
        """What waits waits no more: parts end as the last one does, and short where its end has not come."""
        if self._run is not None and self._run.waits:
            found = _end_of(self._run.last, ends)
            if not found or any(found):
                self._run.cut_off()

    def end(self, prefix: Channel, *, truncated: bool) -> Iterator[Rest]:
        """End all channels whose names begin so; `truncated` as for `HoldBack.finish`."""
        keys = [key for key in self._open if key[: len(prefix)] == prefix]
        if keys:
            self._ended.add(prefix)
        for key in keys:
            channel = self._open.pop(key)
            lost = REPLACEMENT_CHARACTER if self._halves.pop(key, "") else ""
            rest = ""
            if lost:
                with suppress(PolicyBlock):  # it is in `channel.block`, and `finish` gives what stands before it
                    rest = channel.push(lost)
            rest += channel.finish(truncated=truncated)
            if any(finding.is_loss for finding in channel.findings):
                self._altered.add(key)
            if self._records is not None:
                self._remember(self._records, key, lost, rest)
                self._settle(self._records.pop(key, None))
            yield Rest(key, rest, self._frames.pop(key, b""), tuple(channel.findings), channel.block)

    def clear(self) -> None:
        """Forget what is held."""
        self._open.clear()
        self._halves.clear()

    def is_altered(self, key: Channel) -> bool:
        """Whether a text that has ended lost something that nobody can restore."""
        return key in self._altered

    def told(self, kind: SlotKind, text: str) -> str | None:
        """What was told in the place of this text, when it was told in deltas."""
        return self._told.get((kind, text))

    def _opened(self, key: Channel, kind: SlotKind) -> ChannelText:
        most = self._limits.channels
        if len(self._open) >= most or len(self._ended) >= most * ENDED_PER_OPEN:
            raise ResponseTooLarge
        if () in self._ended or any(key[:size] in self._ended for size in range(1, len(key) + 1)):
            raise UpstreamProtocolError
        called = next((self._calls[key[:size]] for size in range(1, len(key) + 1) if key[:size] in self._calls), None)
        scanner = for_tool(self._scanner, key, self._tools, called)
        if self._signed is not None and key in self._signed:
            scanner = Passing(scanner)
        channel = self._release.channel(scanner, json_text=kind is SlotKind.JSON, run=self._run_of(key, kind))
        self._open[key] = channel
        if self._records is not None:
            self._records[key] = _Told(kind)
        return channel

    def _run_of(self, key: Channel, kind: SlotKind) -> Run | None:
        """The parts that a new text is the last of; None when it is no part."""
        where = place(self._steps(key)) if kind is SlotKind.TEXT else None
        if where is not None and (self._run is None or not self._run.holds(where)):
            self._run = Run(where, key)
        return self._run if where is not None else None

    def _remember(self, records: dict[Channel, _Told], key: Channel, came: str, went: str) -> None:
        record = records.get(key)
        if record is None:
            return
        self._room -= len(came) + len(went)
        if self._room < 0:
            # An event that repeats it would be over its cap; a shorter one is inspected like any other.
            self._check_room()
            del records[key]
            return
        record.came.append(came)
        record.went.append(went)

    def _check_room(self) -> None:
        """What was found over the seam of two parts is found in neither of them alone: no event may repeat them that
        cannot be told what they became."""
        if self._room < 0 and self._run is not None and self._run.has_seams:
            raise InspectionFailed

    def _settle(self, record: _Told | None) -> None:
        if record is not None:
            came, went = "".join(record.came), "".join(record.went)
            if self._told.get((record.kind, came), came) == came:  # of two that came alike, what one lost goes
                self._told[record.kind, came] = went


def _end_of(key: Channel, ends: Iterable[tuple[Channel, bool]]) -> list[bool]:
    """Whether the text was cut off, by each of the ends that are its own."""
    return [cut_off for prefix, cut_off in ends if key[: len(prefix)] == prefix]
