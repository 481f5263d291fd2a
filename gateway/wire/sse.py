"""Server-sent events, bytes to events and back: the event stream of the WHATWG HTML standard, section 9.2.

The decoder is incremental and knows no socket: bytes in, whole events out. Laws:

1. Cutting changes nothing: however the bytes were cut into chunks, the events are the same, and so is the event that
   breaks the cap. The raw bytes of all events and of the incomplete rest, joined, are the input.
2. An event goes out with its last byte (but see `_END`), and costs once: no byte is searched again with the next chunk.
3. Only whole events are delivered. The standard discards half an event at the end of the body, and so must we: nobody
   has inspected it as what it would have become.

The standard speaks of a client, and we are a proxy: an event that a client would not dispatch (a comment, a lone `id`)
still rides through in its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from gateway.errors import Reason, ResponseTooLarge, StreamMisuse, UpstreamProtocolError

PING = b":\n\n"  # a comment without text: what to send in the place of a provider's comment

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LF, _CR, _SPACE = b"\n\r "
_LINE_ENDS = b"\n\r"
_RETRY_DIGITS = 15  # a cap for int(); 31,000 years
# A line ends with LF, CRLF or CR, and an empty line ends the event (9.2.5). After a CR we cannot know whether an LF
# follows. `\r\r` is a stream of lone CRs and ends at once; should an LF follow, it is an empty line before the next
# event. After `\n\r` an LF is likely (a CRLF that was cut), so we wait for the next byte.
_END = re.compile(rb"\n\r?\n|\r\r|\n\r(?=[^\n])")
_LONGEST_END = 3
_LINE_ENDS_RUN = re.compile(rb"[\r\n]*")


class Kind(Enum):
    """What one event holds; see `SseEvent`."""

    PLAIN = "plain"
    MIXED = "mixed"
    FIELDS = "fields"
    COMMENT = "comment"


# As globals: looking up a member of an enum, and the generated SseEvent(...), cost more than the rest of an event.
_PLAIN = Kind.PLAIN
_new = tuple.__new__


class SseEvent(NamedTuple):
    """One event of a stream. A tuple and no frozen dataclass, which takes four times as long to make.

    `data` joins the data lines with LF; `event` is the event's name, "" when it has none (a client takes `message`).
    `raw` is the event as it came, with the empty lines (and byte order mark) before it and the empty line that ends it.

    `kind` says whether `raw` may go out for an event whose data and name were inspected:
    PLAIN: data lines and at most one name, nothing else; `raw` has no text that `data` and `event` do not have.
    MIXED: data, and also comments, `id`, `retry`, unknown fields or a second name; send `encode(data, event)` instead.
    FIELDS: fields but no data; a client would not dispatch it (a lone `id`, `retry`, or name).
    COMMENT: comments only; their text is the provider's; send `PING` instead, at the same place.
    """

    data: bytes
    event: str
    id: str | None  # of this event, not the last one seen
    retry_milliseconds: int | None
    raw: bytes
    kind: Kind

    def __repr__(self) -> str:
        return f"SseEvent(kind={self.kind.name}, raw={len(self.raw)} bytes)"  # no text (SECURITY A.2)

    @property
    def has_data(self) -> bool:
        return self.kind is Kind.PLAIN or self.kind is Kind.MIXED

    def text(self) -> str:
        """`data` as text. Raises UpstreamProtocolError when it is not UTF-8: a replaced byte could hide a value."""
        try:
            return self.data.decode()
        except UnicodeDecodeError as fault:
            at = fault.start
        # Raised out here, so that it holds no reference to the foreign exception, which holds the text.
        raise UpstreamProtocolError(reason=Reason.ENCODING, at_byte=at)


@dataclass(frozen=True, slots=True)
class SseEnd:
    """What the end of the body settles: the event that waited for it, if one did, and what is left of half an event."""

    events: tuple[SseEvent, ...]
    incomplete: bytes = field(repr=False)  # never to be delivered; empty, or empty lines only, at a clean end


class SseDecoder:
    """Bytes of one response body in, events out.

    `max_event_bytes` caps one event with all its lines and its raw end; the caller's cap on the whole body is its own.
    """

    __slots__ = ("_begins", "_has_cr", "_is_at_start", "_is_over_cap", "_max_event_bytes", "_pending", "_searched")

    def __init__(self, max_event_bytes: int) -> None:
        self._max_event_bytes = max_event_bytes
        self._pending = bytearray()  # the event that is not whole yet
        self._begins = 0  # where its first line begins in `_pending`, behind empty lines and a byte order mark
        self._searched = 0  # no end of an event begins before here
        self._is_at_start = True
        self._has_cr = False
        self._is_over_cap = False

    @property
    def is_between(self) -> bool:
        """Whether an event has just ended and nothing of the next is here: what comes begins an event."""
        return not (self._pending or self._is_at_start or self._is_over_cap)

    def feed(self, data: bytes) -> list[SseEvent]:
        """The events that `data` completes, in order.

        Raises ResponseTooLarge for an event over the cap, now and ever after; events before it are delivered first.
        """
        # The usual chunk is exactly one event, `data: ...` or `event: ...` and `data: ...`, ended by LF.
        if not self._pending and not self._is_over_cap and len(data) <= self._max_event_bytes:
            usual = _read_usual(data)
            if usual is not None:
                self._is_at_start = False
                return [usual]
        return self._feed(data)

    def end(self) -> SseEnd:
        """The body is over. Raises what `feed` would have raised; `feed` is not to be called again."""
        if self._is_over_cap:
            raise ResponseTooLarge(reason=Reason.EVENT_SIZE)
        rest = bytes(self._pending)
        self._pending.clear()
        if rest.endswith(b"\n\r") and self._begins < len(rest):
            return SseEnd((_read(rest, self._begins),), b"")
        return SseEnd((), rest)

    def _feed(self, data: bytes) -> list[SseEvent]:
        if self._is_over_cap:
            raise ResponseTooLarge(reason=Reason.EVENT_SIZE)
        if self._is_at_start:
            self._pending += data
            if not self._pass_byte_order_mark():
                return []
            data, self._pending = bytes(self._pending), bytearray()
        self._has_cr = self._has_cr or data.find(b"\r") >= 0
        if self._pending:
            self._pending += data
            events, taken = self._split(self._pending)
            del self._pending[:taken]
        else:
            events, taken = self._split(data)
            self._pending += data[taken:]
        if len(self._pending) > self._max_event_bytes:
            self._pending.clear()
            self._is_over_cap = True
            if not events:
                raise ResponseTooLarge(reason=Reason.EVENT_SIZE)
        return events

    def _pass_byte_order_mark(self) -> bool:
        """Whether the start of the body is known: one leading mark is no part of the first line (9.2.5)."""
        if self._pending.startswith(_BYTE_ORDER_MARK):
            self._begins = self._searched = len(_BYTE_ORDER_MARK)
        elif _BYTE_ORDER_MARK.startswith(self._pending):
            return False
        self._is_at_start = False
        return True

    def _split(self, buffer: bytes | bytearray) -> tuple[list[SseEvent], int]:
        """The whole events of `buffer`, and where they end; one over the cap counts as not whole."""
        events: list[SseEvent] = []
        size = len(buffer)
        taken, begins, searched = 0, self._begins, self._searched
        while True:
            if searched <= begins < size and buffer[begins] in _LINE_ENDS:
                begins = searched = begins + _count_line_ends(buffer, begins)
            if self._has_cr:
                match = _END.search(buffer, searched)
                end = match.end() if match else -1
            else:
                found = buffer.find(b"\n\n", searched)
                end = found + 2 if found >= 0 else -1
            if end < 0:
                searched = max(begins, size - _LONGEST_END + 1)  # an end may have begun in the last bytes
                break
            if end - taken > self._max_event_bytes:
                break
            events.append(_read(bytes(buffer[taken:end]), begins - taken))
            taken = begins = searched = end
        self._begins, self._searched = begins - taken, searched - taken
        return events, taken


def encode(data: bytes, event: str = "") -> bytes:
    """One event as bytes, `data` on as many lines as it has: a decoder gives `data` back, each line end as LF.

    Raises StreamMisuse for a line end in `event`: it would start a field of its own.
    """
    if data.find(b"\r") >= 0:  # half the cost of `in`
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if data.find(b"\n") >= 0:
        data = data.replace(b"\n", b"\ndata: ")
    if not event:
        return b"data: %b\n\n" % data
    if "\n" in event or "\r" in event:
        raise StreamMisuse
    return b"event: %b\ndata: %b\n\n" % (event.encode(errors="replace"), data)


def _read_usual(raw: bytes) -> SseEvent | None:
    """`raw` as an event when it is one whole event of a usual form, in a handful of C calls.

    The forms: one data line with LF or CRLF; a name and one data line with LF.
    """
    size = len(raw)
    if size < 7 or raw[-1] != _LF:
        return None
    name, begins, ends = "", 5, size - 2
    first_lf, first_cr = raw.find(b"\n"), raw.find(b"\r")
    if first_cr >= 0:
        ends = size - 4
        if first_cr != ends or first_lf != ends + 1 or raw[-2] != _CR:
            return None
    elif first_lf != ends:
        if raw[:7] != b"event: " or raw.find(b"\n", first_lf + 1) != ends:
            return None
        name, begins = raw[7:first_lf].decode(errors="replace"), first_lf + 6
    if raw[begins - 5 : begins] != b"data:":
        return None
    if raw[begins] == _SPACE:
        begins += 1
    return _new(SseEvent, (raw[begins:ends], name, None, None, raw, _PLAIN))


def _read(raw: bytes, begins: int) -> SseEvent:
    """The event with these bytes, its first line at `begins`."""
    usual = _read_usual(raw)
    if usual is not None:
        return usual
    data: list[bytes] = []
    name: str | None = None
    last_id: str | None = None
    retry: int | None = None
    is_mixed = has_field = False
    for field_name, value in _fields(raw[begins:]):
        if field_name == b"data":
            data.append(value)
            continue
        is_mixed = is_mixed or field_name != b"event" or name is not None
        has_field = has_field or bool(field_name)
        if field_name == b"event":
            name = value.decode(errors="replace")
        elif field_name == b"id" and b"\0" not in value:
            last_id = value.decode(errors="replace")
        elif field_name == b"retry" and value.isdigit() and len(value) <= _RETRY_DIGITS:
            retry = int(value)
    if data:
        kind = Kind.MIXED if is_mixed else Kind.PLAIN
    else:
        kind = Kind.FIELDS if has_field else Kind.COMMENT
    return SseEvent(b"\n".join(data), name or "", last_id, retry, raw, kind)


def _fields(lines: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and value of each line (9.2.6). A comment has the name "", an empty line is none."""
    for line in lines.splitlines():
        if line:
            name, _, value = line.partition(b":")
            yield name, value[1:] if value[:1] == b" " else value


def _count_line_ends(buffer: bytes | bytearray, begins: int) -> int:
    match = _LINE_ENDS_RUN.match(buffer, begins)
    return match.end() - begins if match else 0
