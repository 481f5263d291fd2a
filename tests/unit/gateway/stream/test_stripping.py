"""`attachments: strip` on each endpoint: the part goes, the text stays, and the rest keeps its bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import AttachmentBlocked, GatewayError, UnreadableAnswer
from gateway.settings import Limits
from gateway.stream.body import inspect_slots
from gateway.stream.session import Session
from gateway.stream.stripping import Report, stripped
from gateway.verdict import Action, Direction
from gateway.wire.catalogue import wire_formats
from gateway.wire.json_text import parse
from tests.planted import small
from tests.playbook import play

WIRES = {wire.path.removeprefix("/v1/"): wire for wire in wire_formats()}
PNG = "data:image/png;base64,iVBORw0KGgo="
TEXT, TEXT2 = {"type": "text", "text": "Look"}, {"type": "text", "text": "here"}
URL = {"type": "image_url", "image_url": {"url": "https://x.example/y.png"}}
SOUND = {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}, "title": "t"}
FETCHED = {"type": "document", "source": {"type": "url", "url": "https://x.example/y.pdf"}}
PLAIN = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}}
GONE = "[ATTACHMENT]"


def chat(content: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **more}


def items(*content: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": list(content)}]}


def result(*content: Any) -> dict[str, Any]:
    return chat([{"type": "tool_result", "tool_use_id": "t", "content": list(content)}])


INPUT = {"type": "input_text", "text": "Look"}
CALL = {"type": "function_call_output", "call_id": "c"}
REQUESTS: list[tuple[str, Any, Any]] = [
    ("chat/completions", chat([URL, TEXT, SOUND, URL, TEXT2, URL]), chat([TEXT, TEXT2])),
    ("chat/completions", chat([TEXT, {"type": "file", "file": {"file_data": "JVBE"}}]), chat([TEXT])),
    ("chat/completions", chat([URL]), chat(GONE)),
    ("chat/completions", chat(PNG), chat(GONE)),
    (
        "chat/completions",
        chat("Hi", modalities=["text", "audio"], audio={"voice": "v"}, n=1),
        chat("Hi", modalities=["text"], n=1),
    ),
    ("chat/completions", chat("Hi", modalities=["audio"]), chat("Hi", modalities=["text"])),
    ("messages", chat([PICTURE, TEXT]), chat([TEXT])),
    ("messages", chat([TEXT, PDF, PLAIN]), chat([TEXT, PLAIN])),
    ("messages", chat([FETCHED]), chat(GONE)),
    ("messages", result(TEXT, PICTURE), result(TEXT)),
    ("messages", result(PICTURE), chat([{"type": "tool_result", "tool_use_id": "t", "content": GONE}])),
    ("messages/count_tokens", chat([TEXT, PICTURE]), chat([TEXT])),
    ("responses", items({"type": "input_image", "image_url": PNG}, INPUT), items(INPUT)),
    ("responses", items({"type": "input_file", "file_id": "file-1"}), {"input": [{"role": "user", "content": GONE}]}),
    (
        "responses",
        {"input": [{**CALL, "output": [{"type": "input_image", "image_url": PNG}]}]},
        {"input": [{**CALL, "output": GONE}]},
    ),
    (
        "responses",
        {"input": [{"type": "image_generation_call", "id": "ig_1", "result": "iVBO"}, *items(INPUT)["input"]]},
        items(INPUT),
    ),
    ("moderations", {"input": [URL, TEXT]}, {"input": [TEXT]}),
    ("moderations", {"input": [URL]}, {"input": GONE}),
    ("embeddings", {"input": ["words", PNG]}, {"input": ["words", GONE]}),
    ("completions", {"prompt": PNG}, {"prompt": GONE}),
]
SHOT = {"input": [{"type": "computer_call_output", "output": {"type": "computer_screenshot", "image_url": PNG}}]}


def strip(path: str, body: bytes, *, is_answer: bool = False) -> tuple[bytes, tuple[Report, ...]]:
    """What goes on, as the proxy does it; anything that is left is blocked."""
    wire, limits = WIRES[path], Limits()
    root = parse(body, max_depth=64, max_nodes=10_000)
    slots = wire.response_slots(root) if is_answer else wire.request_slots(root)
    root, slots, gone = stripped(root, slots, wire, limits, is_answer=is_answer)
    way = Direction.RESPONSE if is_answer else Direction.REQUEST
    inspect_slots(slots, small(), wire.rules, way, attachments=False)
    return root.body, gone


@pytest.mark.parametrize(("path", "body", "expected"), REQUESTS)
def test_requests(path: str, body: Any, expected: Any) -> None:
    out, gone = strip(path, json.dumps(body).encode())
    assert json.loads(out) == expected
    assert gone
    assert {(one.entity, one.action) for _, found in gone for one in found} == {("ATTACHMENT", Action.REDACT)}


@pytest.mark.parametrize(("path", "body", "expected"), REQUESTS)
def test_what_is_not_there_changes_nothing(path: str, body: Any, expected: Any) -> None:
    raw = json.dumps(expected).encode()
    out, gone = strip(path, raw)
    assert out is raw
    assert gone == ()


def test_what_belongs_to_a_call_is_blocked() -> None:
    with pytest.raises(AttachmentBlocked):
        strip("responses", json.dumps(SHOT).encode())


DRAWN = {"id": "ig_1", "type": "image_generation_call", "status": "completed"}
SPOKEN = {"id": "a", "transcript": "Hello", "expires_at": 1}
WEB = {"type": "web_fetch_tool_result", "tool_use_id": "s"}


def said(**message: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", **message}}]}


ANSWERS: list[tuple[str, Any, Any]] = [
    ("chat/completions", said(content="a", images=[URL, URL]), said(content="a", images=[])),
    ("chat/completions", said(audio={**SPOKEN, "data": "UklG"}), said(audio={**SPOKEN, "data": ""})),
    (
        "chat/completions",
        said(content=[TEXT, URL, TEXT2]),
        said(content=[TEXT, {"type": "text", "text": GONE}, TEXT2]),
    ),
    (
        "messages",
        {"content": [TEXT, {"type": "container_upload", "file_id": "f"}]},
        {"content": [TEXT, {"type": "text", "text": GONE}]},
    ),
    (
        "messages",
        {"content": [{**WEB, "content": {"type": "web_fetch_result", "content": PDF}}]},
        {
            "content": [
                {
                    **WEB,
                    "content": {
                        "type": "web_fetch_result",
                        "content": {**PDF, "source": {"type": "text", "media_type": "text/plain", "data": GONE}},
                    },
                }
            ]
        },
    ),
    ("responses", {"output": [{**DRAWN, "result": "iVBO"}]}, {"output": [{**DRAWN, "result": None}]}),
    ("moderations", {"results": [{"data": "iVBO"}]}, {"results": [{"data": ""}]}),
]


@pytest.mark.parametrize(("path", "body", "expected"), ANSWERS)
def test_answers(path: str, body: Any, expected: Any) -> None:
    out, gone = strip(path, json.dumps(body).encode(), is_answer=True)
    assert json.loads(out) == expected
    assert gone


def test_what_cannot_go_from_an_answer_is_blocked() -> None:
    with pytest.raises(UnreadableAnswer):
        strip("responses", json.dumps({"output": [{"type": "x", "output": {"type": "file"}}]}).encode(), is_answer=True)


PARTIAL = {"type": "response.image_generation_call.partial_image", "item_id": "ig_1", "output_index": 0}
STREAMS: list[tuple[str, list[Any], list[Any]]] = [
    (
        "chat/completions",
        [
            {"choices": [{"index": 0, "delta": {"content": "I am ", "images": [URL]}}]},
            {"choices": [{"index": 0, "delta": {"audio": {"id": "a", "data": "UklG"}}}]},
            {"choices": [{"index": 0, "delta": {"audio": {"transcript": "jane@example.com "}}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        ],
        [
            {"choices": [{"index": 0, "delta": {"content": "I am ", "images": []}}]},
            {"choices": [{"index": 0, "delta": {"audio": {"id": "a", "data": ""}}}]},
            {"choices": [{"index": 0, "delta": {"audio": {"transcript": "[EMAIL_ADDRESS] "}}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        ],
    ),
    (
        "messages",
        [
            {"type": "content_block_start", "index": 0, "content_block": {"type": "container_upload", "file_id": "f"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_stop"},
        ],
        [
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": GONE}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_stop"},
        ],
    ),
    (
        "responses",
        [
            {**PARTIAL, "partial_image_index": 0, "partial_image_b64": "iVBO"},
            {"type": "response.output_item.done", "output_index": 0, "item": {**DRAWN, "result": "iVBO"}},
            {"type": "response.audio.delta", "delta": "UklG"},
            {"type": "response.completed", "response": {"output": [{**DRAWN, "result": "iVBO"}]}},
        ],
        [
            {**PARTIAL, "partial_image_index": 0, "partial_image_b64": ""},
            {"type": "response.output_item.done", "output_index": 0, "item": {**DRAWN, "result": None}},
            {"type": "response.audio.delta", "delta": ""},
            {"type": "response.completed", "response": {"output": [{**DRAWN, "result": None}]}},
        ],
    ),
]


@pytest.mark.parametrize(("path", "events", "expected"), STREAMS)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_streams(path: str, events: list[Any], expected: list[Any], size: int) -> None:
    body = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    using = Session(WIRES[path], small(), strips=True)
    trace = play([body[at : at + size] for at in range(0, len(body), size)], using=using)
    shown = [json.loads(line[6:]) for line in trace.sent.splitlines() if line.startswith(b"data: {")]
    assert "".join(map(str, shown)).count("error") == 0
    said = {json.dumps(event) for event in shown}
    assert {json.dumps(event) for event in expected} <= said


KINDS = [TEXT, TEXT2, URL, SOUND, PNG, {"type": "text", "text": "a", "x": [URL, {"y": PNG}]}, [URL, TEXT], {"a": [URL]}]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(KINDS), max_size=6), st.sampled_from([(", ", ": "), (",", ":"), (" ,\n", " :\t")]))
def test_any_list_stays_json_and_keeps_its_texts(parts: list[Any], written: tuple[str, str]) -> None:
    for is_answer in (False, True):
        body = said(content=parts) if is_answer else chat(parts)
        try:
            out, _ = strip("chat/completions", json.dumps(body, separators=written).encode(), is_answer=is_answer)
        except GatewayError:
            pytest.fail("everything here can go")
        text = json.dumps(json.loads(out))
        assert "x.example" not in text
        assert "UklG" not in text
        assert "iVBO" not in text
        assert text.count("Look") == json.dumps(parts).count("Look")
