"""A provider in trouble: it breaks off, or sends what cannot be read, after the head of a value.

Nothing of the value may reach the client, and neither may what could not be read.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from gateway.verify.answers import CONTENT, DONE, JSON_TYPE, PAUSE_SECONDS, Answer, deltas, event, whole
from gateway.verify.planted import Planted
from gateway.verify.readings import RUN_CHARS, core

Spoken = Callable[["Said"], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said by then, as events; the rest of the value; the whole value."""

    events: bytes = field(repr=False)
    rest: str = field(repr=False)
    value: str = field(repr=False)

    @property
    def ended(self) -> bytes:
        """The events that say the rest and end the stream."""
        return event({"content": self.rest}) + event({}, finish="stop") + DONE


def quoted(text: str) -> bytes:
    """A JSON string."""
    return json.dumps(text, ensure_ascii=False).encode()


def _chunk(content: bytes) -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{%b}}]}\n\n' % content


def _open_chunk(text: str) -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{"content":%b}}' % quoted(text)


_BROKEN: dict[str, Spoken] = {
    "the body ends": lambda said: [],
    "half an event": lambda said: [_open_chunk(said.rest)],
    "an event that is no JSON": lambda said: [_open_chunk(said.value) + b"\n\n", DONE],
    "bare text": lambda said: [b"data: %b\n\n" % said.value.encode(), DONE],
    "a JSON string": lambda said: [b"data: %b\n\n" % quoted(said.value), DONE],
    "a JSON list": lambda said: [b"data: [%b]\n\n" % quoted(said.value), DONE],
    "a duplicate key": lambda said: [
        _chunk(b'"content":%b,"content":"x"' % quoted(said.rest)),
        _chunk(b'"content":"x","content":%b' % quoted(said.value)),
        DONE,
    ],
    "bytes that are no UTF-8": lambda said: [_chunk(b'"content":"\xff%b"' % said.value.encode()), DONE],
    "an error event": lambda said: [b'data: {"error":{"message":%b}}\n\n' % quoted(f"Wrong: {said.value}."), DONE],
    "a token limit": lambda said: [event({}, finish="length"), DONE],
}
"""The text breaks off: nothing of the value may pass."""
_ODD: dict[str, Spoken] = {
    "garbage": lambda said: [b"\x00\xff\xfe" + said.value.encode() + b"\n\n", said.ended],
    "a line without a field": lambda said: [said.value.encode() + b"\n\n", said.ended],
    "a comment": lambda said: [b": %b\n\n" % said.value.encode(), said.ended],
    "an event name": lambda said: [b"event: %b\ndata: {}\n\n" % " ".join(said.value.split()).encode(), said.ended],
    "an empty event": lambda said: [b"data:\n\n", said.ended],
    "usage in between": lambda said: [b'data: {"choices":[],"usage":{"total_tokens":3}}\n\n', said.ended],
    "another choice in between": lambda said: [event({"content": "And?"}, choice=1), said.ended],
}
"""Something odd stands in the middle of the value, which then goes on."""
_LATE: dict[str, Spoken] = {
    "text after its end": lambda said: [event({}, finish="stop"), said.ended],
    "text after [DONE]": lambda said: [event({}, finish="stop"), DONE, said.ended],
}
"""The text ended properly, so its head may pass, but not the rest behind it."""


def _page(status: int, content_type: str, body: bytes, *headers: tuple[str, str]) -> Answer:
    return Answer([body], status=status, content_type=content_type, headers=headers)


INSTEAD: dict[str, Callable[[str], Answer]] = {
    "plain text": lambda text: _page(200, "text/plain", text.encode()),
    "an HTML error page": lambda text: _page(502, "text/html", f"<p>{text}</p>".encode()),
    "a JSON error": lambda text: _page(400, JSON_TYPE, b'{"error":{"message":%b}}' % quoted(text)),
    "an error that is no JSON": lambda text: _page(500, JSON_TYPE, text.encode()),
    "half a JSON body": lambda text: _page(200, JSON_TYPE, b"".join(whole(CONTENT, text).pieces)[:-9]),
    "a duplicate key in a body": lambda text: _page(200, JSON_TYPE, b'{"choices":[],"x":%b,"x":1}' % quoted(text)),
    "a body in gzip": lambda text: _page(
        200, JSON_TYPE, gzip.compress(b"".join(whole(CONTENT, text).pieces)), ("Content-Encoding", "gzip")
    ),
    "a redirect": lambda text: _page(302, "text/plain", text.encode(), ("Location", "/v1/elsewhere")),
    "a text in a header": lambda text: Answer(
        whole(CONTENT, "Yes.").pieces, content_type=JSON_TYPE, headers=(("X-Note", _header(text)),)
    ),
}
"""Answers with a value in them that are no answers, streamed or not."""


def after_a_head(example: Planted) -> Iterator[tuple[str, Answer, bool]]:
    """Streams that break after all but the last character of a value; True when its head may pass. A value of which
    even that says little (no `@`, few digits) is no fair question."""
    text, spans = example.framed
    start, end = spans[0]
    head, value = text[start : end - 1], text[start:end]
    if "@" not in head and sum(char.isdigit() for char in core(head)) < RUN_CHARS:
        return
    events = b"".join(deltas(CONTENT, [text[: start + 2], text[start + 2 : end - 1]])[:3])
    said = Said(events, text[end - 1 :], value)
    for kind, head_passes in ((_BROKEN, False), (_ODD, False), (_LATE, True)):
        for name, spoken in kind.items():
            yield name, Answer([events, *spoken(said)], pause_seconds=PAUSE_SECONDS), head_passes
    yield "the connection is reset", Answer([events], pause_seconds=PAUSE_SECONDS, aborts=True), False


def instead(example: Planted) -> Iterator[tuple[str, Answer]]:
    """Answers that are none."""
    for name, answer in INSTEAD.items():
        yield name, answer(example.framed[0])


def _header(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())
