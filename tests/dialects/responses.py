"""Responses, with everything that says a text again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.wire.format import WireFormat
from gateway.wire.openai_responses import FORMAT
from tests.dialects.dialect import Dialect, named

RESPONSE: dict[str, Any] = {"id": "resp_1", "object": "response", "created_at": 1741476777, "model": "m", "error": None}


def _message(kind: str, name: str) -> Callable[[str, str], dict[str, Any]]:
    def item(text: str, status: str) -> dict[str, Any]:
        part = {"type": kind, name: text, **({"annotations": [], "logprobs": []} if name == "text" else {})}
        content = [part] if status != "in_progress" else []
        return {"id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": content}

    return item


def _with(kind: str, field: str, **more: Any) -> Callable[[str, str], dict[str, Any]]:
    return lambda text, status: {"id": "it_1", "type": kind, "status": status, **more, field: text}


def _reasoning(name: str, kind: str) -> Callable[[str, str], dict[str, Any]]:
    def item(text: str, status: str) -> dict[str, Any]:
        parts = [{"type": kind, "text": text}] if status != "in_progress" else []
        return {"id": "rs_1", "type": "reasoning", "status": status, "summary": [], name: parts}

    return item


@dataclass(frozen=True)
class Spoken:
    """How a field is told: its item, the name in its `.done` event, the index in the item, its part."""

    item: Callable[[str, str], dict[str, Any]]
    done: str
    index: str = ""
    part: str = ""


SPOKEN = {
    "output_text": Spoken(_message("output_text", "text"), "text", "content_index", "content_part"),
    "refusal": Spoken(_message("refusal", "refusal"), "refusal", "content_index", "content_part"),
    "reasoning_summary_text": Spoken(
        _reasoning("summary", "summary_text"), "text", "summary_index", "reasoning_summary_part"
    ),
    "reasoning_text": Spoken(_reasoning("content", "reasoning_text"), "text", "content_index"),
    "function_call_arguments": Spoken(_with("function_call", "arguments", call_id="call_1", name="f"), "arguments"),
    "mcp_call_arguments": Spoken(_with("mcp_call", "arguments", name="f", server_label="s"), "arguments"),
    "custom_tool_call_input": Spoken(_with("custom_tool_call", "input", call_id="call_1", name="f"), "input"),
    "code_interpreter_call_code": Spoken(_with("code_interpreter_call", "code", container_id="cntr_1"), "code"),
    "new_thing": Spoken(_with("new_thing", "text"), "text"),
}


class Responses:
    """See `Dialect`."""

    name = "responses"
    wire: WireFormat = FORMAT
    fields: tuple[str, ...] = tuple(SPOKEN)
    json_fields: frozenset[str] = frozenset({"function_call_arguments", "mcp_call_arguments"})

    def stream(
        self, field: str, pieces: Sequence[str], *, cut_off: bool = False, ascii_only: bool = True
    ) -> list[bytes]:
        spoken, text = SPOKEN[field], "".join(pieces)
        end = "incomplete" if cut_off else "completed"
        where: dict[str, Any] = {"output_index": 0, "item_id": spoken.item("", "x")["id"]}
        where |= {spoken.index: 0} if spoken.index else {}
        item = spoken.item(text, end)
        part = {"type": spoken.part, "part": next(iter(item.get("content") or item.get("summary") or [{}]))}
        more: dict[str, Any] = {"logprobs": []} if field == "output_text" else {}
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": spoken.item("", "in_progress")},
            *(
                [{"type": f"response.{spoken.part}.added", **where, "part": {**part["part"], spoken.done: ""}}]
                if spoken.part
                else []
            ),
            *({"type": f"response.{field}.delta", **where, "delta": piece, **more} for piece in pieces),
            {"type": f"response.{field}.done", **where, spoken.done: text, **more},
            *([{**part, **where, "type": f"response.{spoken.part}.done"}] if spoken.part else []),
            {"type": "response.output_item.done", "output_index": 0, "item": item},
        ]
        reason = {"reason": "max_output_tokens"} if cut_off else None
        whole = {**RESPONSE, "status": end, "output": [item], "incomplete_details": reason}
        events.append({"type": f"response.{end}", "response": whole})
        return [named({**event, "sequence_number": at}, ascii_only=ascii_only) for at, event in enumerate(events)]

    def told(self, datas: Iterable[Any], field: str) -> list[str]:
        spoken, joined, repeated = SPOKEN[field], "", list[str]()
        for data in datas:
            kind = data["type"]
            if kind == f"response.{field}.delta":
                joined += data["delta"]
            elif kind == f"response.{field}.done":
                repeated.append(data[spoken.done])
            elif kind.endswith("part.done"):
                repeated.append(data["part"][spoken.done])
            elif kind == "response.output_item.done":
                repeated.append(_text_of(data["item"], spoken))
            elif kind in ("response.completed", "response.incomplete"):
                repeated.append(_text_of(data["response"]["output"][0], spoken))
        return [joined, *repeated]

    def is_error(self, data: Any) -> bool:
        return data["type"] in ("error", "response.failed")


def _text_of(item: dict[str, Any], spoken: Spoken) -> str:
    parts = item.get("content") or item.get("summary")
    return str(parts[0][spoken.done] if parts else item[spoken.done])


RESPONSES: Dialect = Responses()
