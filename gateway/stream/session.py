"""One response stream, sans I/O: the provider's bytes go in as events, the client's bytes come out as commands.

Laws kept here:
1. Text leaves only through its channel's hold-back; every other string of an event is inspected before it goes.
2. What was said before comes before: the channels of a choice are flushed ahead of its `finish_reason`, all of them
   ahead of `[DONE]` and of an error. An event with a `finish_reason` waits for the next one, because some servers send
   one with every piece of text; a choice that was flushed may say no more.
3. A failure ends in one error event and no `[DONE]`. What was decided by then goes first; the rest is cut off. When
   inspection itself failed, nothing goes but the error. Nothing follows `[DONE]`, no error either.
4. Bounded: bytes of an event, values in it, channels, events.
5. Half of a surrogate pair waits for the other half; one that stays alone at the end becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from gateway.errors import (
    GatewayError,
    InspectionFailed,
    ResponseTooLarge,
    StreamMisuse,
    UpstreamProtocolError,
    UpstreamRefused,
    UpstreamUnavailable,
)
from gateway.stream.body import Outgoing, Piece, blocked, edit, names
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
)
from gateway.stream.holdback import HoldBack, Scanner
from gateway.stream.json_holdback import JsonHoldBack, joined
from gateway.stream.limits import StreamLimits
from gateway.stream.state import FINAL, State, Step, after
from gateway.stream.template import Template, template_of
from gateway.verdict import Direction
from gateway.wire import sse
from gateway.wire.format import Channel, Chunk, SlotKind, WireFormat
from gateway.wire.json_text import Kind, parse, path_of, quote

DONE_MARK = b"[DONE]"
TEMPLATES_MAX = 16
REPLACEMENT_CHARACTER = "\ufffd"
# As globals: each look-up of a member of an enum costs as much as a small call, and there would be a dozen a delta.
_STREAMING, _FAILED, _DONE = State.STREAMING, State.FAILED, State.DONE
_PLAIN, _MIXED, _COMMENT = sse.Kind.PLAIN, sse.Kind.MIXED, sse.Kind.COMMENT
_NAME = re.compile(r"[A-Za-z_.]{1,64}")
"""Names of events that say nothing of anybody; others are dropped."""


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
        self._halves: dict[Channel, str] = {}
        self._templates: dict[Channel, Template] = {}
        self._frame = b""
        self._ending: Outgoing | None = None
        self._ended: set[int] = set()
        self._events = 0
        self._reports: list[Report] = []
        self.state = State.OPENING

    @property
    def held_chars(self) -> int:
        """Characters held in all channels."""
        return sum(channel.held_chars for channel in self._channels.values()) + len(self._halves)

    def receive(self, event: Event) -> list[Command]:
        """Take in what happened; what to do about it. After a final state nothing is sent, whatever comes."""
        if self.state is not _STREAMING and self.state in FINAL:
            return []
        if isinstance(event, ClientGone):
            self.state = after(self.state, Step.GONE)
            return [CloseUpstream(), Finish()]
        out: list[bytes] = []
        error: GatewayError | None = None
        try:
            if isinstance(event, BytesReceived):
                self._bytes(event.data, out)
            else:
                error = self._end(out) if isinstance(event, EndOfBody) else event.error
        except GatewayError as caught:
            error = caught
        if error is not None:
            return self._fail(error, out)
        if self.state is _FAILED:
            return [*self._sent(out), CloseUpstream(), Finish(UpstreamRefused(502))]
        return [*self._sent(out), Finish()] if self.state is _DONE else self._sent(out)

    def _bytes(self, data: bytes, out: list[bytes]) -> None:
        if self.state is not _STREAMING:
            self.state = after(self.state, Step.BYTES)
        if self._templates and self.state is _STREAMING and self._decoder.is_between and self._known(data, out):
            return
        for event in self._decoder.feed(data):
            self._event(event, out)

    def _known(self, data: bytes, out: list[bytes]) -> bool:
        """Take the usual chunk, one whole event that a template knows, past the decoder: a template has no line end
        in it, so that nothing else can stand between `data: ` and the empty line."""
        if self._ending is not None or data[:6] != b"data: " or data[-2:] != b"\n\n":
            return False
        if len(data) > self._limits.event_bytes or self._events >= self._limits.events:
            return False
        inner = data[6:-2]
        for template in self._templates.values():
            text = template.text_of(inner)
            if text is not None:
                self._events += 1
                out.append(template.event(self._push(template.channel, template.kind, text)))
                return True
        return False

    def _sent(self, out: list[bytes]) -> list[Command]:
        commands: list[Command] = []
        if out:
            commands.append(Send(out[0] if len(out) == 1 else b"".join(out)))
        if self._reports:
            commands += self._reports
            self._reports = []
        return commands

    def _event(self, event: sse.SseEvent, out: list[bytes]) -> None:
        if self.state is not _STREAMING:
            return
        self._events += 1
        if self._events > self._limits.events:
            raise ResponseTooLarge
        data, name, kind = event.data, event.event, event.kind
        if kind is not _PLAIN and kind is not _MIXED:
            if kind is _COMMENT:
                out.append(sse.PING)
            return
        if name and not _NAME.fullmatch(name):
            name = ""
        for template in self._templates.values():
            text = template.text_of(data)
            if text is not None:
                if self._ending is not None:
                    self._settle(out, going_on=template.channel[:1] if text else ())
                written = template.event(self._push(template.channel, template.kind, text))
                out.append(b"event: %b\n%b" % (name.encode(), written) if name else written)
                return
        if data.strip() == DONE_MARK:
            self._done(out)
        elif data.strip():
            self._parsed(data, name, out)

    def _done(self, out: list[bytes]) -> None:
        self._settle(out)
        self._flush(None, out, truncated=False)
        out.append(sse.encode(DONE_MARK))
        self.state = after(self.state, Step.DONE_MARK)

    def _parsed(self, data: bytes, name: str, out: list[bytes]) -> None:
        """An event that no template knows."""
        limits = self._limits
        root = parse(data, max_depth=limits.json_depth, max_nodes=limits.json_nodes, error=UpstreamProtocolError)
        if root.kind is not Kind.OBJECT:
            raise UpstreamProtocolError
        chunk = self._wire.chunk(root)
        for slot in chunk.slots:
            if slot.kind is SlotKind.ATTACHMENT and not self._attachments:
                raise blocked(Direction.RESPONSE, path_of(slot.steps, self._wire.rules.keys))
        saying = {slot.channel[0] for slot in chunk.slots if slot.channel and slot.text}
        self._settle(out, going_on=saying.union(choice for choice, _ in chunk.finished))
        self._frame = chunk.frame or self._frame
        outgoing = self._inspected(data, name, chunk)
        if chunk.is_error:
            self._flush(None, out, truncated=True, own=outgoing.pieces)
            self.state = after(self.state, Step.FAILURE)
        elif chunk.finished:
            self._ending = outgoing
            return
        out.append(outgoing.written())
        template = template_of(data, chunk)
        if template is not None:
            self._templates.pop(template.channel, None)
            if len(self._templates) < TEMPLATES_MAX:
                self._templates = {template.channel: template, **self._templates}

    def _inspected(self, data: bytes, name: str, chunk: Chunk) -> Outgoing:
        """What each channel of the event releases in the place of its piece, and the edits of everything else."""
        outgoing = Outgoing(data, name, [], list(chunk.blanks), chunk.finished)
        keys = names(chunk.slots)
        for slot in chunk.slots:
            if slot.channel is not None:
                released = self._push(slot.channel, slot.kind, slot.text)
                outgoing.pieces.append(Piece(slot.channel, slot.start, slot.end, released))
            elif slot.kind is not SlotKind.ATTACHMENT:
                replacement, found = edit(slot, self._scanner, keys)
                if replacement is not None:
                    outgoing.edits.append((slot.start, slot.end, replacement))
                    self._reports.append(Report(path_of(slot.steps, self._wire.rules.keys), found))
        return outgoing

    def _push(self, key: Channel, kind: SlotKind, text: str) -> str:
        channel = self._channels.get(key)
        if channel is None:
            if not text:
                return ""
            if len(self._channels) + len(self._ended) >= self._limits.channels:
                raise ResponseTooLarge
            if key[0] in self._ended:
                raise UpstreamProtocolError
            channel = JsonHoldBack(self._scanner) if kind is SlotKind.JSON else HoldBack(self._scanner)
            self._channels[key] = channel
        if text and (self._halves or "\ud800" <= text[-1] <= "\udbff"):
            text = joined(self._halves.pop(key, "") + text)
            if "\ud800" <= text[-1] <= "\udbff":
                text, self._halves[key] = text[:-1], text[-1]
        return channel.push(text)

    def _settle(self, out: list[bytes], *, going_on: Collection[object] = ()) -> None:
        """Send the event that ends choices and waits for the next one, and end those that do not go on."""
        ending, self._ending = self._ending, None
        if ending is None:
            return
        for choice, truncated in ending.finished:
            if choice not in going_on and any(key[0] == choice for key in self._channels):
                self._flush(choice, out, truncated=truncated, own=ending.pieces)
                self._ended.add(choice)
        out.append(ending.written())

    def _flush(self, choice: int | None, out: list[bytes], *, truncated: bool, own: Collection[Piece] = ()) -> None:
        """End the channels of a choice (of all when it is None). What they still hold goes into their own piece of
        the event at hand, the last one, else into an event of its own."""
        pieces = {piece.channel: piece for piece in own}
        for key in [key for key in self._channels if choice is None or key[0] == choice]:
            channel = self._channels.pop(key)
            rest = channel.push(REPLACEMENT_CHARACTER) if self._halves.pop(key, "") else ""
            rest += channel.finish(truncated=truncated)
            if channel.findings:
                self._reports.append(Report(path_of(key[1:], self._wire.rules.keys), tuple(channel.findings)))
            if key in pieces:
                pieces[key].text += rest
            elif rest:
                out.append(sse.encode(self._wire.flush(self._frame, key, quote(rest))))

    def _end(self, out: list[bytes]) -> GatewayError | None:
        """The body is over: well when every choice had its end, else the provider broke off."""
        end = self._decoder.end()
        for event in end.events:
            self._event(event, out)
        if self.state is State.STREAMING:
            rest = end.incomplete.strip()
            if rest.startswith(b"data:") and rest[5:].strip() == DONE_MARK:
                self._done(out)  # some servers end without the empty line
            else:
                self._settle(out)
                if self._channels or rest:
                    return UpstreamUnavailable()
        if self.state is not State.FAILED:
            self.state = after(self.state, Step.END)
        return None

    def _fail(self, error: GatewayError, out: list[bytes]) -> list[Command]:
        if self.state is State.DRAINING:
            self.state = after(self.state, Step.END)
            return [*self._sent(out), CloseUpstream(), Finish()]
        decided = len(out)
        try:
            if not isinstance(error, InspectionFailed | StreamMisuse):
                self._settle(out)
                self._flush(None, out, truncated=True)
        except GatewayError as caught:
            error = caught
            del out[decided:]
        self._channels.clear()
        self.state = after(self.state, Step.FAILURE)
        out.append(sse.encode(self._wire.error(error)))
        return [*self._sent(out), CloseUpstream(), Finish(error)]
