"""A provider in trouble: it breaks off, or sends what cannot be read, after the head of a value. Nothing of the value may
reach the client, and neither may what could not be read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator

from gateway.verify.answers import CONTENT, DONE, JSON_TYPE, PAUSE_SECONDS, Answer, deltas, event, whole
from gateway.verify.planted import RUN_CHARS, Planted, core

Spoken = Callable[[bytes, str, str], Answer]
"""The answer for the events so far, the rest of the value and the whole value."""


def _events(*after: bytes, aborts: bool = False) -> Answer:
    return Answer(after, pause_seconds=PAUSE_SECONDS, aborts=aborts)


def _json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


def _said(text: str) -> bytes:
    return b'{"choices":[{"index":0,"delta":{"content":%b}}' % _json(text)


AFTER_A_HEAD: dict[str, Spoken] = {
    "the body ends": lambda said, rest, value: _events(said),
    "the connection is reset": lambda said, rest, value: _events(said, aborts=True),
    "half an event": lambda said, rest, value: _events(said, b"data: " + _said(rest)),
    "an event that is no JSON": lambda said, rest, value: _events(said, b"data: %b\n\n" % _said(value), DONE),
    "bare text": lambda said, rest, value: _events(said, b"data: %b\n\n" % value.encode(), DONE),
    "garbage": lambda said, rest, value: _events(said, b"\x00\xff\xfe" + value.encode() + b"\n\n", DONE),
    "a line without a field": lambda said, rest, value: _events(said, value.encode() + b"\n\n", DONE),
    "a comment": lambda said, rest, value: _events(said, b": %b\n\n" % value.encode(), DONE),
    "a JSON string": lambda said, rest, value: _events(said, b"data: %b\n\n" % _json(value), DONE),
    "a JSON list": lambda said, rest, value: _events(said, b"data: [%b]\n\n" % _json(value), DONE),
    "a duplicate key": lambda said, rest, value: _events(
        said,
        b'data: {"choices":[{"index":0,"delta":{"content":%b,"content":"x"}}]}\n\n' % _json(rest),
        b'data: {"choices":[{"index":0,"delta":{"content":"x","content":%b}}]}\n\n' % _json(value),
        DONE,
    ),
    "bytes that are no UTF-8": lambda said, rest, value: _events(
        said, b'data: {"choices":[{"index":0,"delta":{"content":"\xff%b"}}]}\n\n' % value.encode(), DONE
    ),
    "an error event": lambda said, rest, value: _events(
        said, b'data: {"error":{"message":%b,"type":"x","code":null}}\n\n' % _json(f"Wrong: {value}."), DONE
    ),
    "a token limit": lambda said, rest, value: _events(said, event({}, finish="length"), DONE),
    "text after the end": lambda said, rest, value: _events(said, event({}, finish="stop"), DONE, event({"content": rest})),
    "an event name": lambda said, rest, value: _events(
        said, b"event: %b\ndata: {}\n\n" % value.replace("\n", " ").encode(), DONE
    ),
}
"""Streams that say most of a value, then this."""


def _page(status: int, content_type: str, body: bytes, *headers: tuple[str, str]) -> Answer:
    return Answer([body], status=status, content_type=content_type, headers=headers)


INSTEAD: dict[str, Callable[[str], Answer]] = {
    "plain text": lambda text: _page(200, "text/plain", text.encode()),
    "an HTML error page": lambda text: _page(502, "text/html", f"<p>{text}</p>".encode()),
    "a JSON error": lambda text: _page(400, JSON_TYPE, b'{"error":{"message":%b}}' % _json(text)),
    "an error that is no JSON": lambda text: _page(500, JSON_TYPE, text.encode()),
    "half a JSON body": lambda text: _page(200, JSON_TYPE, b"".join(whole(CONTENT, text).pieces)[:-9]),
    "a duplicate key in a body": lambda text: _page(200, JSON_TYPE, b'{"choices":[],"x":%b,"x":1}' % _json(text)),
    "a body in gzip": lambda text: _page(
        200, JSON_TYPE, gzip.compress(b"".join(whole(CONTENT, text).pieces)), ("Content-Encoding", "gzip")
    ),
    "a redirect": lambda text: _page(302, "text/plain", text.encode(), ("Location", "/v1/elsewhere")),
    "a text in a header": lambda text: Answer(
        whole(CONTENT, "Yes.").pieces, content_type=JSON_TYPE, headers=(("X-Note", _header(text)),)
    ),
}
"""Answers with a value in them that are no answers, streamed or not."""


def after_a_head(example: Planted) -> Iterator[tuple[str, Answer]]:
    """Streams that break after all but the last character of a value. A value of which even that says little (an address
    before its `@`) is no fair question."""
    text, spans = example.framed
    start, end = spans[0]
    head, value = text[start : end - 1], text[start:end]
    if "@" not in head and sum(char.isdigit() for char in core(head)) < RUN_CHARS:
        return
    said = b"".join(deltas(CONTENT, [text[: start + 2], text[start + 2 : end - 1]])[:3])
    for name, answer in AFTER_A_HEAD.items():
        yield name, answer(said, text[end - 1 : end], value)


def instead(example: Planted) -> Iterator[tuple[str, Answer]]:
    """Answers that are none."""
    for name, answer in INSTEAD.items():
        yield name, answer(example.framed[0])


def _header(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())
