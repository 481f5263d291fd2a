"""Token counts are read from every format, asked for, and hidden as if nobody had asked."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import MalformedRequest
from gateway.spend.prices import Usage
from gateway.stream.body import apply
from gateway.stream.events import BytesReceived, EndOfBody, Send
from gateway.stream.session import Session
from gateway.wire.catalogue import wire_formats
from gateway.wire.json_text import parse
from gateway.wire.usage import Metered, asking, asks, member_place
from tests.fakes.gateway import engine

FORMATS = {wire.path: wire for wire in wire_formats()}
CHAT, COMPLETIONS = FORMATS["/v1/chat/completions"], FORMATS["/v1/completions"]
TEXTS = ("Hi ", "Jane, ", 'say "so"\n', "write to ada@mail.example.org", " or not", ".", " \u00e9\u4e2d")
COUNTS = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
DETAILS = {**COUNTS, "prompt_tokens_details": {"cached_tokens": 8}}


def events(path: str, *, told: bool, first: bool = False) -> list[bytes]:
    """A stream; `told` with counts as OpenAI tells them, `first` with the member ahead of the others."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}

    def event(choices: list[Any], usage: Any = None) -> bytes:
        more = {"usage": usage} if told else {}
        values = {**more, **head, "choices": choices} if first else {**head, "choices": choices, **more}
        return b"data: %b\n\n" % json.dumps(values, separators=(",", ":")).encode()

    def choice(text: str, finish: str | None = None) -> dict[str, Any]:
        said = {"text": text} if path == COMPLETIONS.path else {"delta": {"content": text} if text else {}}
        return {"index": 0, **said, "finish_reason": finish}

    said = [event([choice(text)]) for text in TEXTS * 2]
    return [*said, event([choice("", "stop")]), *([event([], DETAILS)] if told else []), b"data: [DONE]\n\n"]


def through(wire: Any, pieces: list[bytes]) -> bytes:
    session = Session(wire, engine("default").response)
    out = b""
    for piece in pieces:
        taken = session.take(piece)
        commands = [Send(taken)] if isinstance(taken, bytes) else taken
        out += b"".join(command.data for command in commands if isinstance(command, Send))
    last = session.receive(EndOfBody())
    return out + b"".join(command.data for command in last if isinstance(command, Send))


@pytest.mark.parametrize("path", [CHAT.path, COMPLETIONS.path])
@pytest.mark.parametrize("first", [False, True])
def test_a_stream_whose_counts_are_hidden_is_the_stream_without_them(path: str, *, first: bool) -> None:
    wire = FORMATS[path]
    plain = through(wire, events(path, told=False))
    metered = Metered(wire, hides=True)
    assert through(metered, events(path, told=True, first=first)) == plain
    assert b"usage" not in plain
    assert metered.usage == Usage(20, 7, 8)
    shown = Metered(wire)
    assert through(shown, events(path, told=True, first=first)).count(b'"usage"') == len(TEXTS) * 2 + 2
    assert shown.usage == metered.usage


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4000), max_size=12), st.booleans())
def test_however_it_is_cut(places: list[int], first: bool) -> None:
    body = b"".join(events(CHAT.path, told=True, first=first))
    cuts = sorted({0, len(body), *(place for place in places if place < len(body))})
    pieces = [body[left:right] for left, right in pairwise(cuts)]
    assert through(Metered(CHAT, hides=True), pieces) == through(CHAT, events(CHAT.path, told=False))


def test_an_event_with_counts_and_text_keeps_its_text() -> None:
    mixed = b'data: {"id":"1","usage":{"prompt_tokens":3},"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    wire = Metered(CHAT, hides=True)
    out = through(wire, [mixed, b"data: [DONE]\n\n"])
    assert b"usage" not in out
    assert b"Hi" in out
    assert wire.usage == Usage(3, 0)


ANTHROPIC = (
    {"type": "message_start", "message": {"model": "claude", "usage": {"input_tokens": 10, "output_tokens": 1}}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 42}},
)
CREATED = {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10}
CACHED = {"cache_read_input_tokens": 100, "cache_creation_input_tokens": 30, "cache_creation": CREATED}


@pytest.mark.parametrize(
    ("path", "bodies", "usage"),
    [
        ("/v1/messages", ANTHROPIC, Usage(10, 42)),
        ("/v1/messages", ({"usage": {"input_tokens": 5, "output_tokens": 2, **CACHED}},), Usage(135, 2, 100, 20, 10)),
        ("/v1/chat/completions", ({"usage": DETAILS},), Usage(20, 7, 8)),
        ("/v1/embeddings", ({"usage": {"prompt_tokens": 9, "total_tokens": 9}},), Usage(9)),
        (
            "/v1/responses",
            (
                {
                    "response": {
                        "usage": {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 3}
                    }
                },
            ),
            Usage(9, 3, 4),
        ),
        (
            "/v1/chat/completions",
            ({"usage": {"prompt_tokens": 2, "prompt_tokens_details": {"cached_tokens": 9}}},),
            Usage(2, 0, 2),
        ),
        ("/v1/chat/completions", ({"usage": {"prompt_tokens": -1, "completion_tokens": 1e9, "x": {}}},), None),
        ("/v1/chat/completions", ({"usage": None},), None),
    ],
)
def test_counts_are_read(path: str, bodies: tuple[dict[str, Any], ...], usage: Usage | None) -> None:
    wire = Metered(FORMATS[path])
    for body in bodies:
        wire.response_slots(parse(json.dumps(body).encode(), max_depth=20, max_nodes=1000))
    assert wire.usage == usage


def test_a_stream_of_messages_tells_its_counts_event_by_event() -> None:
    wire = Metered(FORMATS["/v1/messages"])
    session = Session(wire, engine("default").response)
    for body in ANTHROPIC:
        session.receive(
            BytesReceived(b"event: %b\ndata: %b\n\n" % (str(body["type"]).encode(), json.dumps(body).encode()))
        )
    assert (wire.usage, wire.model) == (Usage(10, 42), "claude")


@pytest.mark.parametrize(
    "body",
    [
        '{"stream":true}',
        '{ "stream" : true , "messages" : [ ] }',
        '{"stream_options":{},"stream":true}',
        '{"stream_options":null,"stream":true}',
        '{"stream":true,"stream_options":{"include_usage":false}}',
        '{"stream":true,"stream_options": {"include_obfuscation": false } }',
        '{"stream":true,"stream_options":{"include_usage":true}}',
    ],
)
def test_a_request_is_made_to_ask(body: str) -> None:
    root = parse(body.encode(), max_depth=20, max_nodes=1000, error=MalformedRequest)
    asked = apply(body.encode(), asking(root))
    values = json.loads(body)
    options = {**(values.get("stream_options") or {}), "include_usage": True}
    assert json.loads(asked) == {**values, "stream_options": options}
    assert asks(parse(asked, max_depth=20, max_nodes=1000))
    assert asks(root) is (asked == body.encode())


@pytest.mark.parametrize(
    "body", [b'{"usage":1}', b'{"usage":1 , "b":2}', b'{"a":1, "usage" : 2 }', b'{"a":1,"usage":2,"b":3}']
)
def test_a_member_goes_with_its_comma(body: bytes) -> None:
    root = parse(body, max_depth=5, max_nodes=100)
    left = apply(body, [(*member_place(root, "usage"), b"")])
    assert json.loads(left) == {key: value for key, value in json.loads(body).items() if key != "usage"}
