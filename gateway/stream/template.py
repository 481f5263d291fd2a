"""Events that differ from one already read in nothing but their text need no parser.

A template is made from an event that was parsed, walked and found to hold exactly one piece of channel text and
nothing else to decide. Another event is taken for one of its kind only when every byte outside the text is the same
(but `obfuscation`, which is blanked, is any plain string, and a sequence number any number): then everything that was
established for the first holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from gateway.stream.limits import StreamLimits
from gateway.wire.format import Channel, Chunk, SlotKind
from gateway.wire.json_text import quote

# No more than 1,000 escapes in a match: the engine keeps memory for each repetition until the match is over.
_TEXT = re.compile(rb'"([^"\\\x00-\x1f]*+(?:\\["\\/bfnrt][^"\\\x00-\x1f]*+){0,1000}+)"').match
_PLAIN = re.compile(rb'"([^"\\\x00-\x1f]*+)"').match
TEMPLATES_MAX = 16
_NUMBER = re.compile(rb"[0-9]{1,15}(?=[,}])").match
_TEXT_HOLE, _BLANK_HOLE, _NUMBER_HOLE, _CUT = 0, 1, 2, 3
"""A cut is no hole: it is the same in every event of its kind, and goes out of all of them."""
_UNESCAPED = re.compile(rb'[^"\\\x00-\x1f]*+').fullmatch


class Numbers:
    """The sequence numbers of one stream: how many events were made up so far, and the number that comes next."""

    __slots__ = ("made_up", "next")

    def __init__(self) -> None:
        self.made_up = self.next = 0

    def moved(self, number: int) -> bytes:
        """An event's number, moved on by what was made up before it; it is the next to go."""
        self.next = number + self.made_up + 1
        return b"%d" % (number + self.made_up)


class Template:
    """The bytes around a channel's text."""

    __slots__ = ("_after", "_before", "_first", "_holes", "_left", "_number", "_right", "_sides", "channel", "kind")

    def __init__(self, data: bytes, chunk: Chunk) -> None:
        slot = chunk.slots[0]
        assert slot.channel is not None  # noqa: S101 - `template_of` has looked
        self.channel: Channel = slot.channel
        self.kind = slot.kind
        marks = [(slot.start, slot.end, _TEXT_HOLE, b"")]
        marks += [(start, end, _CUT if new == b"" else _BLANK_HOLE, new) for start, end, new in chunk.blanks]
        if chunk.number is not None:
            marks.append((*chunk.number[:2], _NUMBER_HOLE, b"\0"))
        marks.sort(key=lambda mark: mark[0])
        holes = [mark for mark in marks if mark[2] != _CUT]
        self._first = data[: holes[0][0]]
        self._holes: list[tuple[int, bytes]] = []
        for place, (_, end, hole, _) in enumerate(holes):
            following = holes[place + 1][0] if place + 1 < len(holes) else len(data)
            self._holes.append((hole, data[end:following]))
        sides, at = [b"", b""], 0
        for start, end, _, written in marks:
            sides[0 if start <= slot.start else 1] += data[at:start] + written
            at = end
        self._before, self._after = b"data: " + sides[0], sides[1] + data[at:] + b"\n\n"
        self._number = 0
        # A control character cannot stand in JSON: it marks the place of the number.
        parted = [side.split(b"\0") for side in (self._before, self._after)]
        self._sides = parted if chunk.number is not None else None
        # All before the text and all behind it, quotes included, where it is the only hole.
        self._left, self._right = (data[: slot.start + 1], data[slot.end - 1 :]) if len(holes) == 1 else (b"\n", b"")

    def text_of(self, data: bytes) -> str | None:
        """The channel text of an event of this kind; None when it is of another."""
        left, right = self._left, self._right
        if data.startswith(left) and data.endswith(right):
            body = data[len(left) : len(data) - len(right)]
            # Where the two sides share a byte, the body is empty and the event too short.
            if _UNESCAPED(body) and len(data) >= len(left) + len(right):
                try:
                    return body.decode()
                except UnicodeDecodeError:
                    return None
        return self._text_among(data)

    def _text_among(self, data: bytes) -> str | None:
        """The same, where there are escapes or more than one hole."""
        if not data.startswith(self._first):
            return None
        at, body = len(self._first), b""
        number = 0
        for hole, literal in self._holes:
            match = _MATCHES[hole](data, at)
            if match is None or not data.startswith(literal, match.end()):
                return None
            at = match.end() + len(literal)
            if hole == _TEXT_HOLE:
                body = match.group(1)
            elif hole == _NUMBER_HOLE:
                number = int(match.group())
        if at != len(data):
            return None
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return None
        self._number = number
        return json.loads(f'"{text}"') if body.find(b"\\") >= 0 else text

    def event(self, text: str, numbers: Numbers) -> bytes:
        """The event with this text, ready to send; its number is the one that `text_of` met last."""
        if self._sides is None:
            return self._before + quote(text) + self._after
        moved = numbers.moved(self._number)
        before, after = (moved.join(side) for side in self._sides)
        return before + quote(text) + after


_MATCHES = (_TEXT, _PLAIN, _NUMBER)


def template_of(data: bytes, chunk: Chunk) -> Template | None:
    """A template of this event; None when it holds more to decide than one text, or more than one line."""
    if len(chunk.slots) != 1 or chunk.finished or chunk.is_error or data.find(b"\n") >= 0:
        return None
    slot = chunk.slots[0]
    if slot.channel is None or slot.kind not in (SlotKind.TEXT, SlotKind.JSON):
        return None
    if any(new and data[start : start + 1] != b'"' for start, _, new in chunk.blanks):
        return None
    return Template(data, chunk)


class Templates:
    """Those of one stream, the one made last first."""

    __slots__ = ("_known", "_numbers")

    def __init__(self, numbers: Numbers) -> None:
        self._known: dict[Channel, Template] = {}
        self._numbers = numbers

    def match(self, data: bytes) -> tuple[Template, str] | None:
        """The template that knows an event, and the event's text."""
        for template in self._known.values():
            text = template.text_of(data)
            if text is not None:
                return template, text
        return None

    def relay(
        self,
        data: bytes,
        push: Callable[[Channel, SlotKind, str], str],
        out: list[bytes],
        limits: StreamLimits,
        count: int,
    ) -> tuple[bytes, int]:
        """Take the usual chunk, whole events that a template knows, past the decoder. A template has no line end in it,
        so that nothing else can stand between `data: ` and the empty line.

        Args:
            data: begins where an event does.
            push: takes in a text and answers what goes on of it.
            out: where the events to send go.
            limits: of the stream.
            count: how many events it has had.

        Returns:
            What is left of the chunk, and how many events were taken.
        """
        at, taken, most = 0, 0, limits.events - count
        while at < len(data) and taken < most:
            end = data.find(b"\n\n", at)
            if end < 0 or end + 2 - at > limits.event_bytes or data[at : at + 6] != b"data: ":
                break
            known = self.match(data[at + 6 : end])
            if known is None:
                break
            template, text = known
            out.append(template.event(push(template.channel, template.kind, text), self._numbers))
            at = end + 2
            taken += 1
        return data[at:], taken

    def learn(self, data: bytes, chunk: Chunk) -> None:
        """Make a template of this event, if one can be made of it."""
        template = template_of(data, chunk)
        if template is not None:
            self._known.pop(template.channel, None)
            if len(self._known) < TEMPLATES_MAX:
                self._known = {template.channel: template, **self._known}
