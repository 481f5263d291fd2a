"""Chat completions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.wire.format import WireFormat
from gateway.wire.openai_chat import FORMAT
from tests.dialects.dialect import Dialect, plain
from tests.playbook import DONE

HEAD = {"id": "chatcmpl-7", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}


class Chat:
    """See `Dialect`."""

    name = "chat"
    wire: WireFormat = FORMAT
    fields: tuple[str, ...] = ("content", "refusal", "reasoning_content", "arguments", "x_new")
    json_fields: frozenset[str] = frozenset({"arguments"})

    def stream(
        self, field: str, pieces: Sequence[str], *, cut_off: bool = False, ascii_only: bool = True
    ) -> list[bytes]:
        def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return plain({**HEAD, "choices": [choice]}, ascii_only=ascii_only)

        def said(piece: str) -> dict[str, Any]:
            call = {"index": 0, "function": {"arguments": piece}}
            return {"tool_calls": [call]} if field == "arguments" else {field: piece}

        opening = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
        first = {"tool_calls": [opening]} if field == "arguments" else {"content": ""}
        deltas = [event(said(piece)) for piece in pieces]
        return [event({"role": "assistant", **first}), *deltas, event({}, "length" if cut_off else "stop"), DONE]

    def told(self, datas: Iterable[Any], field: str) -> list[str]:
        joined = ""
        for data in datas:
            for choice in data["choices"] if isinstance(data, dict) else ():
                delta = choice["delta"]
                calls = delta.get("tool_calls", [{}])
                joined += (
                    calls[0].get("function", {}).get("arguments", "") if field == "arguments" else delta.get(field)
                ) or ""
        return [joined]

    def is_error(self, data: Any) -> bool:
        return isinstance(data, dict) and "error" in data


CHAT: Dialect = Chat()
