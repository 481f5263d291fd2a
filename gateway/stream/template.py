"""Events that differ from one already read in nothing but their text need no parser.

A template is made from an event that was parsed, walked and found to hold exactly one piece of channel text and
nothing else to decide. Another event is taken for one of its kind only when every byte outside the text is the same
(and `obfuscation`, which is blanked, is a plain string): then everything that was established for the first holds.
"""

from __future__ import annotations

import json
import re

from gateway.wire.format import Channel, Chunk, SlotKind
from gateway.wire.json_text import quote

_TEXT = rb'"((?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*)"'
_PLAIN = rb'"[^"\\\x00-\x1f]*"'


class Template:
    """The bytes around a channel's text."""

    __slots__ = ("_after", "_before", "_match", "channel", "kind")

    def __init__(self, data: bytes, chunk: Chunk) -> None:
        slot = chunk.slots[0]
        assert slot.channel is not None  # noqa: S101 - `template_of` has looked
        self.channel: Channel = slot.channel
        self.kind = slot.kind
        holes = sorted([(slot.start, slot.end, _TEXT, b""), *((a, b, _PLAIN, new) for a, b, new in chunk.blanks)])
        regex, sides, at = b"", [b"", b""], 0
        for start, end, hole, written in holes:
            regex += re.escape(data[at:start]) + hole
            sides[0 if start <= slot.start else 1] += data[at:start] + written
            at = end
        self._match = re.compile(regex + re.escape(data[at:])).fullmatch
        self._before, self._after = b"data: " + sides[0], sides[1] + data[at:] + b"\n\n"

    def text_of(self, data: bytes) -> str | None:
        """The channel text of an event of this kind; None when it is of another."""
        match = self._match(data)
        if match is None:
            return None
        body = match.group(1)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return None
        return json.loads(f'"{text}"') if b"\\" in body else text

    def event(self, text: str) -> bytes:
        """The event with this text, ready to send."""
        return self._before + quote(text) + self._after


def template_of(data: bytes, chunk: Chunk) -> Template | None:
    """A template of this event; None when it holds more to decide than one text."""
    if len(chunk.slots) != 1 or chunk.finished or chunk.is_error:
        return None
    slot = chunk.slots[0]
    if slot.channel is None or slot.kind not in (SlotKind.TEXT, SlotKind.JSON):
        return None
    if any(data[start : start + 1] != b'"' for start, _, _ in chunk.blanks):
        return None
    return Template(data, chunk)
