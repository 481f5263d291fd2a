"""One response stream, sans I/O: the provider's bytes go in as events, the client's bytes come out as commands.

Laws kept here:
1. Text leaves only through its channel's hold-back; every other string of an event is inspected before it goes.
2. What was said before comes before: the channels of a choice are flushed ahead of its `finish_reason`, all of them
   ahead of `[DONE]` and of an error. An event that ends a text waits for the next one: some servers send one with every
   piece, some formats say only then that it was cut off, a part may go on in the next (`chain.py`). Flushed is over.
3. A failure ends in one error event and no `[DONE]`. What was decided by then goes first; the rest is cut off. When
   inspection itself failed, nothing goes but the error. Nothing follows `[DONE]`, no error either.
4. Bounded: bytes of an event, values in it, channels, events. The same machine for all formats.
5. What ends a text, a choice or the stream is what the format says of the event.
6. A value that the policy blocks ends the stream like a failure; what stands before it goes in events that are made up.
7. An event whose format counts them keeps its number, plus those that were made up before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from gateway.errors import (
    GatewayError,
    InspectionFailed,
    ResponseTooLarge,
    StreamMisuse,
    UpstreamRefused,
    UpstreamUnavailable,
)
from gateway.errors.firewall import CanaryLeaked, GuardrailBlockedAnswer, GuardrailUnavailable
from gateway.errors.policy import PolicyBlock
from gateway.stream.channels import Channels
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
from gateway.stream.holdback import Scanner
from gateway.stream.limits import StreamLimits
from gateway.stream.outgoing import MadeUp, Outgoing, Piece
from gateway.stream.reading import Reader
from gateway.stream.release import Release
from gateway.stream.state import FINAL, State, Step, after
from gateway.stream.template import Templates
from gateway.stream.waiting import Waiting
from gateway.wire import sse
from gateway.wire.format import Channel, Chunk, SlotKind, WireFormat
from gateway.wire.json_text import path_of

DONE_MARK = b"[DONE]"
# As globals: each look-up of a member of an enum costs as much as a small call, and there would be a dozen a delta.
_STREAMING, _FAILED, _DONE = State.STREAMING, State.FAILED, State.DONE
_PLAIN, _MIXED, _COMMENT = sse.Kind.PLAIN, sse.Kind.MIXED, sse.Kind.COMMENT
_NAME = re.compile(r"[A-Za-z_.]{1,64}")  # names of events that say nothing of anybody; others are dropped
_SILENT = (InspectionFailed, StreamMisuse, CanaryLeaked, GuardrailBlockedAnswer, GuardrailUnavailable)  # go alone


class Session:
    """One stream of one format, for one client. `answer_id`: what the provider keeps the answer under."""

    def __init__(
        self,
        wire: WireFormat,
        scanner: Scanner,
        *,
        attachments: bool = False,
        strips: bool = False,
        passes_signed: bool = False,
        key: str = "",
        limits: StreamLimits | None = None,
        release: Release | None = None,
    ) -> None:
        self._wire = wire
        self._scanner = scanner
        self._limits = limits or StreamLimits()
        self._reader = Reader(wire, self._limits, attachments=attachments, strips=strips, key=key)
        self._decoder = sse.SseDecoder(self._limits.event_bytes)
        self.channels = Channels(scanner, self._limits, release or Release(), wire, passes_signed=passes_signed)
        self._endings, self._unsaid = Waiting(self.channels, self._limits.channels), list[Outgoing]()
        self._events, self.answer_id, self._made_up = 0, "", MadeUp(wire, scanner)
        self._templates, self._reports = Templates(self._made_up.numbers), list[Report]()
        self.state = State.OPENING

    @property
    def held_chars(self) -> int:
        """Characters held in all channels."""
        return self.channels.held_chars

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
        return self._fail(error, out) if error is not None else self._said(out)

    def take(self, data: bytes) -> bytes | list[Command]:
        """`receive(BytesReceived(data))`, less its wrapping where there is nothing to do but to send these bytes."""
        if self.state is not _STREAMING:
            return self.receive(BytesReceived(data))
        out: list[bytes] = []
        try:
            self._bytes(data, out)
        except GatewayError as error:
            return self._fail(error, out)
        return self._said(out) if self._reports or self.state is not _STREAMING else b"".join(out)

    def _said(self, out: list[bytes]) -> list[Command]:
        """The commands for what went well."""
        if self.state is _FAILED:
            return [*self._sent(out), CloseUpstream(), Finish(UpstreamRefused(502))]
        return [*self._sent(out), Finish()] if self.state is _DONE else self._sent(out)

    def _bytes(self, data: bytes, out: list[bytes]) -> None:
        if self.state is not _STREAMING:
            self.state = after(self.state, Step.BYTES)
        if not self._endings and self.state is _STREAMING and self._decoder.is_between:
            data, count = self._templates.relay(data, self.channels.push, out, self._limits, self._events)
            self._events += count
        if data:
            for event in self._decoder.feed(data):
                self._event(event, out)

    def _sent(self, out: list[bytes]) -> list[Command]:
        reports, self._reports = self._reports, []
        return [Send(out[0] if len(out) == 1 else b"".join(out)), *reports] if out else [*reports]

    def _event(self, event: sse.SseEvent, out: list[bytes]) -> None:
        if self.state is not _STREAMING:
            return
        self._events += 1
        if self._events > self._limits.events:
            raise ResponseTooLarge
        data, kind = event.data, event.kind
        if kind is not _PLAIN and kind is not _MIXED:
            if kind is _COMMENT:
                out.append(sse.PING)
            return
        name = event.event if _NAME.fullmatch(event.event) else ""
        known = None if self._endings and self.channels.waits else self._templates.match(data)
        if known is not None:
            template, text = known
            if self._endings:
                self._settle(out, going_on=(template.channel,) if text else ())
            written = template.event(self.channels.push(template.channel, template.kind, text), self._made_up.numbers)
            out.append(b"event: %b\n%b" % (name.encode(), written) if name else written)
        elif data.strip() == DONE_MARK:
            self._done(out)
        elif data.strip():
            self._parsed(data, name, out)

    def _done(self, out: list[bytes]) -> None:
        if self._wire.ends_with_event:
            return  # no mark of this format; its own last event is the end
        self._settle(out)
        self._flush((), out, truncated=False)
        out.append(sse.encode(DONE_MARK))
        self.state = after(self.state, Step.DONE_MARK)

    def _parsed(self, data: bytes, name: str, out: list[bytes]) -> None:
        """An event that no template knows."""
        data, chunk, gone = self._reader.read(data)
        self._reports += [Report(path, found) for path, found in gone]
        self.answer_id = self.answer_id or chunk.answer_id
        if chunk.is_hidden:
            return
        self._order(chunk, out)
        outgoing = self._taken_in(data, name, chunk)
        if chunk.is_error or chunk.is_last:
            self._flush((), out, truncated=chunk.is_error or chunk.cut_off, own=outgoing.pieces)
        elif self._endings.takes(outgoing, chunk):
            return
        elif not chunk.is_idle:
            self._settle(out)  # what waited for this very event
        out.append(self._written(outgoing))
        if chunk.is_error or chunk.is_last:
            self.state = after(self.state, Step.FAILURE if chunk.is_error else Step.DONE_MARK)
        self._templates.learn(data, chunk)

    def _order(self, chunk: Chunk, out: list[bytes]) -> None:
        """What waits goes first, unless this event joins it, or says nothing. An end may be known to be one that was
        cut off only now."""
        self._endings.hear(chunk)
        if chunk.joins or chunk.is_idle:
            return
        if self._endings.goes_on(chunk):
            if not self.channels.waits:
                self._settle(out)
        else:
            saying = {slot.channel for slot in chunk.slots if slot.channel and slot.text}
            self._settle(out, going_on=saying.union(prefix for prefix, _ in chunk.finished))

    def _taken_in(self, data: bytes, name: str, chunk: Chunk) -> Outgoing:
        """The event on its way out: what each of its channels releases in the place of its piece. What else stands in
        it is inspected when it goes."""
        outgoing = Outgoing(data, name, [], list(chunk.blanks), chunk.finished, [], chunk.number)
        self._unsaid.append(outgoing)
        self.channels.name(chunk.slots, chunk.tools)
        for slot in chunk.slots:
            if slot.channel is not None and slot.kind is not SlotKind.SIGNATURE:
                released = self.channels.push(slot.channel, slot.kind, slot.text, frame=chunk.frame)
                outgoing.pieces.append(Piece(slot.channel, slot.start, slot.end, released, chunk.frame))
            elif slot.kind is not SlotKind.ATTACHMENT:
                outgoing.slots.append(slot)
        return outgoing

    def _written(self, outgoing: Outgoing) -> bytes:
        """The event as bytes, with all its edits."""
        self._reports += outgoing.inspect(self._scanner, self.channels, self._wire.rules)
        self._unsaid.remove(outgoing)
        self._made_up.renumber(outgoing)
        return outgoing.written()

    def _settle(self, out: list[bytes], *, going_on: Collection[Channel] = ()) -> None:
        """Send the events that end channels and wait for the next one, and end those that do not go on."""
        if not self._endings:
            return
        endings = self._endings.taken()
        for place, ending in enumerate(endings):
            own = [piece for later in endings[place:] for piece in later.pieces]
            for prefix, truncated in ending.finished:
                if not any(key[: len(prefix)] == prefix for key in going_on):
                    self._flush(prefix, out, truncated=truncated, own=own)
            out.append(self._written(ending))

    def _flush(
        self, prefix: Channel, out: list[bytes], *, truncated: bool, own: Collection[Piece] = (), fails: bool = False
    ) -> None:
        """End the channels whose names begin so (all when it is empty). What they still hold goes into their own piece
        of the event at hand, the last one, else into an event of its own. A block is raised unless the stream `fails`
        anyway."""
        pieces = {piece.channel: piece for piece in own}
        block: PolicyBlock | None = None
        for rest in self.channels.end(prefix, truncated=truncated):
            block = block or rest.block
            if rest.findings:
                self._reports.append(Report(path_of(rest.channel[1:], self._wire.rules.keys), rest.findings))
            if rest.channel in pieces:
                pieces[rest.channel].text += rest.text
            else:
                out += self._made_up.events(rest.channel, rest.frame, rest.text)
        if block is not None and not fails:
            raise block

    def _end(self, out: list[bytes]) -> GatewayError | None:
        """The body is over: well when every choice had its end, else the provider broke off."""
        end = self._decoder.end()
        for event in end.events:
            self._event(event, out)
        rest = end.incomplete.strip()
        if self.state is State.STREAMING:
            if rest.startswith(b"data:") and rest[5:].strip() == DONE_MARK and not self._wire.ends_with_event:
                self._done(out)  # some servers end without the empty line
            else:
                self._settle(out)
                if self.channels.is_any_open or rest or self._wire.ends_with_event:
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
            if isinstance(error, PolicyBlock):
                out += self._made_up.instead_of(self._unsaid)
            elif not isinstance(error, _SILENT):
                self._settle(out)
            if not isinstance(error, _SILENT):
                self._flush((), out, truncated=True, fails=True)
        except PolicyBlock as block:
            return self._fail(block, out)
        except GatewayError as caught:
            error = caught
            del out[decided:]
        self.channels.clear()
        self.state = after(self.state, Step.FAILURE)
        return [*self._sent([*out, self.refusal(error)]), CloseUpstream(), Finish(error)]

    def refusal(self, error: GatewayError) -> bytes:
        """The event that says an error, for who breaks the stream off."""
        return sse.encode(*self._wire.error_event(error, self._made_up.next))
