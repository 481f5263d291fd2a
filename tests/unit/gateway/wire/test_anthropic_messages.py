"""Anthropic messages: where the text of requests, answers and events stands, and what becomes of signed thinking."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import GatewayError, UpstreamTimeout
from gateway.stream.body import apply, inspect_slots
from gateway.verdict import Direction
from gateway.wire.anthropic_count_tokens import FORMAT as COUNT_TOKENS
from gateway.wire.anthropic_messages import FORMAT
from gateway.wire.format import ALTERED, Channel, Chunk, SlotKind
from gateway.wire.json_text import Node, parse
from tests.dialects.anthropic import SIGNATURE
from tests.planted import small

V = "jane@example.com"
SEALED = "Em" + "wKAhgBEgy3va3pzix" * 5


def root(body: Any) -> Node:
    return parse(json.dumps(body).encode(), max_depth=64, max_nodes=10_000)


def sent(body: Any, *, attachments: bool = False) -> Any:
    """What the provider gets."""
    node = root(body)
    inspected = inspect_slots(
        FORMAT.request_slots(node), small(), FORMAT.rules, Direction.REQUEST, attachments=attachments
    )
    return json.loads(apply(node.body, [*inspected.edits, *FORMAT.request_edits(node, inspected.altered)]))


def shown(body: Any) -> Any:
    """What the client gets."""
    node = root(body)
    inspected = inspect_slots(FORMAT.response_slots(node), small(), FORMAT.rules, Direction.RESPONSE, attachments=False)
    blanks = FORMAT.response_blanks(node, inspected.changed, inspected.altered)
    return json.loads(apply(node.body, [*inspected.edits, *blanks]))


def with_content(role: str, *blocks: Any) -> dict[str, Any]:
    return {"model": "claude-1", "max_tokens": 5, "messages": [{"role": role, "content": list(blocks)}]}


PLACES: dict[str, Any] = {
    "system": {"system": f"Serve {V}."},
    "system blocks": {"system": [{"type": "text", "text": V, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
    "content": {"messages": [{"role": "user", "content": V}]},
    "text": with_content("user", {"type": "text", "text": V}),
    "tool input": with_content("assistant", {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [{"b": V}]}}),
    "tool input key": with_content("assistant", {"type": "tool_use", "id": "t", "name": "f", "input": {V: 1}}),
    "tool result": with_content("user", {"type": "tool_result", "tool_use_id": "t", "content": V}),
    "tool result blocks": with_content(
        "user", {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": V}]}
    ),
    "document text": with_content(
        "user", {"type": "document", "title": V, "source": {"type": "text", "media_type": "text/plain", "data": V}}
    ),
    "tool description": {"tools": [{"name": "f", "description": V, "input_schema": {"type": "object"}}]},
    "schema": {"tools": [{"name": "f", "input_schema": {"properties": {"a": {"description": V, "default": V}}}}]},
    "metadata": {"metadata": {"user_id": V}},
    "stop": {"stop_sequences": [V]},
    "unknown": {"new": {"id": V}},
    "search result": with_content("user", {"type": "search_result", "source": V, "title": V, "content": []}),
    "citation": with_content("assistant", {"type": "text", "text": "a", "citations": [{"cited_text": V}]}),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_a_request_is_inspected(place: str) -> None:
    assert V in json.dumps(PLACES[place])
    assert V not in json.dumps(sent(PLACES[place]))


def test_cache_marks_and_what_is_sealed_stay() -> None:
    body = with_content(
        "assistant",
        {"type": "thinking", "thinking": "Hm.", "signature": SIGNATURE},
        {"type": "redacted_thinking", "data": SEALED},
        {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
    )
    assert sent(body) == body
    assert (
        shown({"type": "message", "content": body["messages"][0]["content"]})["content"]
        == body["messages"][0]["content"]
    )


@pytest.mark.parametrize("data", [V, "536-22-8726", "AKIA" + "A" * 16])
def test_what_only_claims_to_be_sealed_is_read(data: str) -> None:
    found = FORMAT.request_slots(root(with_content("user", {"type": "redacted_thinking", "data": data})))
    assert [slot.kind for slot in found if slot.steps[-1] == "data"] in ([SlotKind.TEXT], [SlotKind.ATTACHMENT])


ATTACHED = [
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD" * 40}},
    {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
    {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "QUJD" * 40}},
    {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
    {
        "type": "tool_result",
        "tool_use_id": "t",
        "content": [{"type": "image", "source": {"type": "base64", "data": "QQ=="}}],
    },
]


@pytest.mark.parametrize("block", ATTACHED, ids=lambda block: f"{block['type']} {block.get('source', {}).get('type')}")
def test_attachments_are_blocked(block: Any) -> None:
    with pytest.raises(GatewayError) as caught:
        sent(with_content("user", {"type": "text", "text": "a"}, block))
    assert caught.value.code == "attachment_blocked"
    assert sent(with_content("user", block), attachments=True) == with_content("user", block)


THOUGHT = {"type": "thinking", "thinking": f"She is {V}.", "signature": SIGNATURE}
OLD = {"type": "thinking", "thinking": "She is [EMAIL_ADDRESS].", "signature": ALTERED}
UNSIGNED = {"type": "thinking", "thinking": f"She is {V}.", "signature": ""}
TEXT = {"type": "text", "text": "a"}


@pytest.mark.parametrize("block", [THOUGHT, OLD], ids=["loses something now", "lost something before"])
def test_a_signed_block_that_lost_something_goes(block: Any) -> None:
    for before, after in (([], [TEXT]), ([TEXT], []), ([TEXT], [TEXT]), ([block], [TEXT]), ([TEXT], [block])):
        kept = [one for one in [*before, *after] if one is TEXT]
        assert sent(with_content("assistant", *before, block, *after))["messages"][0]["content"] == kept
    alone = sent(with_content("assistant", block, block))["messages"][0]["content"]
    assert alone == [{"type": "text", "text": "[REDACTED]"}]


def test_an_unsigned_block_is_only_redacted() -> None:
    (block,) = sent(with_content("assistant", UNSIGNED))["messages"][0]["content"]
    assert block == {**UNSIGNED, "thinking": "She is [EMAIL_ADDRESS]."}


def test_the_signature_of_an_altered_answer() -> None:
    got = shown({"type": "message", "content": [THOUGHT, {**THOUGHT, "thinking": "Hm."}, UNSIGNED]})["content"]
    assert [block["signature"] for block in got] == [ALTERED, SIGNATURE, ""]
    assert V not in json.dumps(got)


def test_only_the_last_block_of_an_answer_was_cut_off() -> None:
    body = {"content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "stop_reason": "max_tokens"}
    assert [(slot.text, slot.cut_off) for slot in FORMAT.response_slots(root(body))] == [("one", False), ("two", True)]


def chunk(body: Any) -> Chunk:
    return FORMAT.chunk(root(body))


def delta(piece: Any) -> Chunk:
    return chunk({"type": "content_block_delta", "index": 2, "delta": piece})


DELTAS: list[tuple[Any, list[tuple[SlotKind, Channel | None]], str]] = [
    ({"type": "text_delta", "text": "a"}, [(SlotKind.TEXT, (2, "text"))], "text_delta"),
    ({"type": "input_json_delta", "partial_json": "{"}, [(SlotKind.JSON, (2, "partial_json"))], "input_json_delta"),
    ({"type": "thinking_delta", "thinking": "a"}, [(SlotKind.TEXT, (2, "thinking"))], "thinking_delta"),
    ({"type": "signature_delta", "signature": SIGNATURE}, [(SlotKind.SIGNATURE, (2, "thinking"))], ""),
    ({"type": "signature_delta", "signature": "jane"}, [(SlotKind.TEXT, (2, "signature"))], "signature_delta"),
    ({"type": "new_delta", "said": "a"}, [(SlotKind.KEY, None), (SlotKind.TEXT, (2, "said"))], "new_delta"),
    ({"type": "citations_delta", "citation": {"cited_text": "a"}}, [(SlotKind.TEXT, None)], ""),
]


@pytest.mark.parametrize(("piece", "expected", "kind"), DELTAS)
def test_deltas_and_the_events_that_are_made_up(piece: Any, expected: Any, kind: str) -> None:
    read = delta(piece)
    assert [(slot.kind, slot.channel) for slot in read.slots] == expected
    if kind:
        channel = read.slots[-1].channel
        assert channel is not None
        data, name = FORMAT.flush(read.frame, channel, b'"new"', 0)
        made = json.loads(data)
        assert (name, made["type"], made["index"], made["delta"]["type"]) == (*["content_block_delta"] * 2, 2, kind)
        assert FORMAT.chunk(root(made)).slots[-1].channel == channel


def test_what_ends_what() -> None:
    assert delta({"type": "signature_delta", "signature": SIGNATURE}).finished == (((2, "thinking"), False),)
    stop = chunk({"type": "content_block_stop", "index": 3})
    assert (stop.finished, stop.joins) == ((((3,), False),), True)
    for reason, cut_off in (("end_turn", False), ("max_tokens", True), ("refusal", True), (None, False)):
        ended = chunk({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 1}})
        assert (ended.cut_off, ended.finished) == (cut_off, ())
    assert chunk({"type": "message_stop"}).is_last
    assert chunk({"type": "ping"}).is_idle
    assert chunk({"type": "error", "error": {"type": "api_error", "message": "m"}}).is_error


def test_errors_and_paths() -> None:
    body = json.loads(FORMAT.error(UpstreamTimeout()))
    assert (body["type"], body["error"]["type"], body["error"]["code"]) == (
        "error",
        "timeout_error",
        "upstream_timeout",
    )
    data, name = FORMAT.error_event(UpstreamTimeout(), 0)
    assert (json.loads(data), name) == (body, "error")
    assert (FORMAT.path, COUNT_TOKENS.path) == ("/v1/messages", "/v1/messages/count_tokens")
