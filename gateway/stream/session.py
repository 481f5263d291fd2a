"""One response stream, sans I/O: the provider's bytes go in as events, the client's bytes come out as commands.

Laws kept here:
1. Text leaves only through its channel's hold-back; every other string of an event is inspected before it goes.
2. What was said before comes before: the channels of a choice are flushed ahead of its `finish_reason`, all of them
   ahead of `[DONE]` and of an error.
3. A failure ends in one error event and no `[DONE]`. What was decided by then goes first; the rest is cut off. When
   inspection itself failed, nothing goes but the error.
4. Bounded: bytes of an event, values in it, channels, events.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import (
    GatewayError,
    InspectionFailed,
    ResponseTooLarge,
    StreamMisuse,
    UpstreamProtocolError,
    UpstreamRefused,
    UpstreamUnavailable,
)
from gateway.stream.body import Edit, apply, blocked, edit
from gateway.stream.events import (
    BytesReceived,
    ClientGone,
    CloseUpstream,
    Command,
    EndOfBody,
    Event,
    Finish,
    Report,
    Send,
    UpstreamFailed,
)
from gateway.stream.holdback import HoldBack, Scanner
from gateway.stream.json_holdback import JsonHoldBack
from gateway.stream.state import FINAL, State, Step, after
from gateway.stream.template import Template, template_of
from gateway.verdict import Direction
from gateway.wire import sse
from gateway.wire.format import Channel, Chunk, SlotKind, WireFormat
from gateway.wire.json_text import Kind, parse, path_of, quote

DONE_MARK = b"[DONE]"
TEMPLATES_MAX = 16


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Caps of one stream."""

    event_bytes: int = 1 << 20
    json_depth: int = 64
    json_nodes: int = 50_000
    channels: int = 256
    events: int = 2_000_000


class Session:
    """One stream of one format, for one client."""

    def __init__(
        self, wire: WireFormat, scanner: Scanner, *, attachments: bool = False, limits: StreamLimits | None = None
    ) -> None:
        self._wire = wire
        self._scanner = scanner
        self._attachments = attachments
        self._limits = limits or StreamLimits()
        self._decoder = sse.SseDecoder(self._limits.event_bytes)
        self._channels: dict[Channel, HoldBack | JsonHoldBack] = {}
        self._templates: dict[Channel, Template] = {}
        self._frame = b""
        self._events = 0
        self._reports: list[Report] = []
        self.state = State.OPENING

    @property
    def held_chars(self) -> int:
        """Characters held in all channels."""
        return sum(channel.held_chars for channel in self._channels.values())

    def receive(self, event: Event) -> list[Command]:
        """Take in what happened; what to do about it. After a final state nothing is sent, whatever comes."""
        if self.state in FINAL:
            return []
        if isinstance(event, ClientGone):
            self.state = after(self.state, Step.GONE)
            return [CloseUpstream(), Finish()]
        out: list[bytes] = []
        try:
            if isinstance(event, BytesReceived):
                return self._bytes(event.data, out)
            error = self._end(out) if isinstance(event, EndOfBody) else event.error
        except GatewayError as caught:
            error = caught
        return self._fail(error, out) if error is not None else [*self._sent(out), Finish()]

    def _bytes(self, data: bytes, out: list[bytes]) -> list[Command]:
        if self.state is not State.STREAMING:
            self.state = after(self.state, Step.BYTES)
        for event in self._decoder.feed(data):
            self._event(event, out)
            if self.state in FINAL:
                return [*self._sent(out), CloseUpstream(), Finish(UpstreamRefused(502))]
        return self._sent(out)

    def _sent(self, out: list[bytes]) -> list[Command]:
        commands: list[Command] = []
        if out:
            commands.append(Send(out[0] if len(out) == 1 else b"".join(out)))
        if self._reports:
            commands += self._reports
            self._reports = []
        return commands

    def _event(self, event: sse.SseEvent, out: list[bytes]) -> None:
        self._events += 1
        if self._events > self._limits.events:
            raise ResponseTooLarge
        if self.state is State.DRAINING:
            return
        if not event.has_data:
            if event.kind is sse.Kind.COMMENT:
                out.append(sse.PING)
            return
        data = event.data
        for template in self._templates.values():
            text = template.text_of(data)
            if text is not None:
                out.append(template.event(self._channel(template.channel, template.kind).push(text)))
                return
        if data.strip() == DONE_MARK:
            self._flush(None, out, truncated=False)
            out.append(sse.encode(DONE_MARK))
            self.state = after(self.state, Step.DONE_MARK)
        elif data.strip():
            self._parsed(data, out)

    def _parsed(self, data: bytes, out: list[bytes]) -> None:
        """An event that no template knows."""
        limits = self._limits
        root = parse(data, max_depth=limits.json_depth, max_nodes=limits.json_nodes, error=UpstreamProtocolError)
        if root.kind is not Kind.OBJECT:
            raise UpstreamProtocolError
        chunk = self._wire.chunk(root)
        self._frame = chunk.frame
        texts, edits = self._edits(chunk)
        for choice, truncated in chunk.finished:
            self._flush(choice, out, truncated=truncated, own=texts)
        if chunk.is_error:
            self._flush(None, out, truncated=True)
            self.state = after(self.state, Step.FAILURE)
        edits += [(start, end, quote(text)) for start, end, text in texts.values()]
        out.append(sse.encode(apply(data, edits)))
        template = template_of(data, chunk)
        if template is not None:
            self._templates.pop(template.channel, None)
            if len(self._templates) < TEMPLATES_MAX:
                self._templates = {template.channel: template, **self._templates}

    def _edits(self, chunk: Chunk) -> tuple[dict[Channel, tuple[int, int, str]], list[Edit]]:
        """What each channel of the event releases in the place of its piece, and the edits of everything else."""
        texts: dict[Channel, tuple[int, int, str]] = {}
        edits: list[Edit] = list(chunk.blanks)
        keys: dict[str, int] = {}
        for slot in chunk.slots:
            if slot.channel is not None:
                released = self._channel(slot.channel, slot.kind).push(slot.text)
                texts[slot.channel] = (slot.start, slot.end, released)
            elif slot.kind is SlotKind.ATTACHMENT:
                if not self._attachments:
                    raise blocked(Direction.RESPONSE, path_of(slot.steps, self._wire.rules.keys))
            else:
                replacement, found = edit(slot, self._scanner, keys)
                if replacement is not None:
                    edits.append((slot.start, slot.end, replacement))
                    self._reports.append(Report(path_of(slot.steps, self._wire.rules.keys), found))
        return texts, edits

    def _channel(self, key: Channel, kind: SlotKind) -> HoldBack | JsonHoldBack:
        channel = self._channels.get(key)
        if channel is None:
            if len(self._channels) >= self._limits.channels:
                raise ResponseTooLarge
            channel = JsonHoldBack(self._scanner) if kind is SlotKind.JSON else HoldBack(self._scanner)
            self._channels[key] = channel
        return channel

    def _flush(
        self,
        choice: int | None,
        out: list[bytes],
        *,
        truncated: bool,
        own: dict[Channel, tuple[int, int, str]] | None = None,
    ) -> None:
        """End the channels of a choice (of all when it is None). What they still hold goes into their own piece of
        the event at hand, else into an event of its own."""
        for key in [key for key in self._channels if choice is None or key[0] == choice]:
            channel = self._channels.pop(key)
            rest = channel.finish(truncated=truncated)
            if channel.findings:
                self._reports.append(Report(path_of(key[1:], self._wire.rules.keys), tuple(channel.findings)))
            if own is not None and key in own:
                start, end, text = own[key]
                own[key] = (start, end, text + rest)
            elif rest:
                out.append(sse.encode(self._wire.flush(self._frame, key, quote(rest))))

    def _end(self, out: list[bytes]) -> GatewayError | None:
        """The body is over: well when every choice had its end, else the provider broke off."""
        end = self._decoder.end()
        for event in end.events:
            self._event(event, out)
        if self.state in FINAL:
            return None
        if self.state is not State.DRAINING and (self._channels or end.incomplete.strip()):
            return UpstreamUnavailable()
        self.state = after(self.state, Step.END)
        return None

    def _fail(self, error: GatewayError, out: list[bytes]) -> list[Command]:
        if not isinstance(error, InspectionFailed | StreamMisuse):
            self._flush(None, out, truncated=True)
        self._channels.clear()
        self.state = after(self.state, Step.FAILURE)
        out.append(sse.encode(self._wire.error(error)))
        return [*self._sent(out), CloseUpstream(), Finish(error)]
