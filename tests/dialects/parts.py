"""Streams whose text comes in several parts, and the whole answers that say the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.wire.anthropic_messages import FORMAT as MESSAGES
from gateway.wire.format import WireFormat
from gateway.wire.openai_responses import FORMAT as RESPONSES
from tests.dialects.dialect import named
from tests.dialects.responses import RESPONSE

Parts = Sequence[Sequence[str]]
"""For each part its deltas."""


@dataclass(frozen=True)
class Parted:
    """A format whose texts come in parts: its streams, whole answers, and how a client reads either."""

    name: str
    wire: WireFormat
    stream: Callable[..., list[bytes]]
    whole: Callable[..., dict[str, Any]]
    told: Callable[[Iterable[Any]], list[list[str]]]
    shown: Callable[[Any], list[str]]


def _messages(parts: Parts, *, cut_off: bool = False) -> list[bytes]:
    usage = {"input_tokens": 25, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "claude-1"}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {**message, "usage": usage}}]
    for index, deltas in enumerate(parts):
        said = ({"type": "text_delta", "text": delta} for delta in deltas)
        events += [
            {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
            *({"type": "content_block_delta", "index": index, "delta": delta} for delta in said),
            {"type": "content_block_stop", "index": index},
        ]
    reason = "max_tokens" if cut_off else "end_turn"
    events += [{"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}, {"type": "message_stop"}]
    return [named(event) for event in events]


def _messages_told(datas: Iterable[Any]) -> list[list[str]]:
    said: dict[int, str] = {}
    for data in datas:
        if data["type"] == "content_block_start":
            assert said.setdefault(data["index"], "") == ""
        elif data["type"] == "content_block_delta":
            said[data["index"]] += data["delta"].get("text", "")
    return [list(said.values())]


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _responses(parts: Parts, *, cut_off: bool = False) -> list[bytes]:
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": RESPONSE},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
    ]
    for index, deltas in enumerate(parts):
        where: dict[str, Any] = {"item_id": "msg_1", "output_index": 0, "content_index": index}
        text = "".join(deltas)
        events += [
            {"type": "response.content_part.added", **where, "part": _part("")},
            *({"type": "response.output_text.delta", **where, "delta": delta} for delta in deltas),
            {"type": "response.output_text.done", **where, "text": text},
            {"type": "response.content_part.done", **where, "part": _part(text)},
        ]
    end = "incomplete" if cut_off else "completed"
    whole = {**item, "status": end, "content": [_part("".join(deltas)) for deltas in parts]}
    events += [
        {"type": "response.output_item.done", "output_index": 0, "item": whole},
        {"type": f"response.{end}", "response": {**RESPONSE, "status": end, "output": [whole]}},
    ]
    return [named({**event, "sequence_number": at}) for at, event in enumerate(events)]


def _responses_told(datas: Iterable[Any]) -> list[list[str]]:
    """By part: what the deltas said, and what each snapshot says."""
    said: dict[str, dict[int, str]] = {}

    def add(kind: str, index: int, text: str) -> None:
        said.setdefault(kind, {}).setdefault(index, "")
        said[kind][index] += text

    for data in datas:
        kind = data["type"]
        if kind == "response.content_part.added":
            add("delta", data["content_index"], data["part"]["text"])
        elif kind == "response.output_text.delta":
            add("delta", data["content_index"], data["delta"])
        elif kind == "response.output_text.done":
            add("done", data["content_index"], data["text"])
        elif kind == "response.content_part.done":
            add("part", data["content_index"], data["part"]["text"])
        items = [data["item"]] if kind == "response.output_item.done" else []
        items += data["response"]["output"] if kind in ("response.completed", "response.incomplete") else []
        for item in items:
            for index, part in enumerate(item["content"]):
                add(kind, index, part["text"])
    return [list(texts.values()) for texts in said.values()]


def _message(texts: Sequence[str], *, cut_off: bool = False) -> dict[str, Any]:
    reason = "max_tokens" if cut_off else "end_turn"
    return {"content": [{"type": "text", "text": text} for text in texts], "stop_reason": reason}


def _response(texts: Sequence[str], *, cut_off: bool = False) -> dict[str, Any]:
    status = "incomplete" if cut_off else "completed"
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": status}
    return {**RESPONSE, "status": status, "output": [{**item, "content": [_part(text) for text in texts]}]}


def _texts(parts: Iterable[Any]) -> list[str]:
    return [part["text"] for part in parts]


PARTED = (
    Parted("messages", MESSAGES, _messages, _message, _messages_told, lambda body: _texts(body["content"])),
    Parted("responses", RESPONSES, _responses, _response, _responses_told, lambda b: _texts(b["output"][0]["content"])),
)


def read(body: bytes) -> list[Any]:
    """The data of the events of a stream."""
    return [json.loads(line[6:]) for line in body.splitlines() if line.startswith(b"data: ")]
