"""Anthropic messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.wire.anthropic_messages import FORMAT
from gateway.wire.format import WireFormat
from tests.dialects.dialect import Dialect, named

SIGNATURE = "EqoBCkgIARABGAIiQL2UoU0b1OHYi3rBWd1k6U6tYx0a4cQd2f8nqWcQ9VZx3h5T7uJm1s" * 2
BLOCKS: dict[str, tuple[dict[str, Any], str]] = {
    "text": ({"type": "text", "text": ""}, "text_delta"),
    "thinking": ({"type": "thinking", "thinking": "", "signature": ""}, "thinking_delta"),
    "partial_json": ({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}, "input_json_delta"),
    "x_new": ({"type": "new_block"}, "new_delta"),
}


class Anthropic:
    """See `Dialect`."""

    name = "anthropic"
    wire: WireFormat = FORMAT
    fields: tuple[str, ...] = tuple(BLOCKS)
    json_fields: frozenset[str] = frozenset({"partial_json"})

    def stream(
        self, field: str, pieces: Sequence[str], *, cut_off: bool = False, ascii_only: bool = True
    ) -> list[bytes]:
        block, kind = BLOCKS[field]
        usage = {"input_tokens": 25, "output_tokens": 1, "cache_read_input_tokens": 0}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "claude-1"}
        start = {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": start},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "ping"},
            *({"type": "content_block_delta", "index": 0, "delta": {"type": kind, field: piece}} for piece in pieces),
        ]
        if field == "thinking":
            delta = {"type": "signature_delta", "signature": SIGNATURE}
            events.append({"type": "content_block_delta", "index": 0, "delta": delta})
        reason = "max_tokens" if cut_off else "tool_use" if field == "partial_json" else "end_turn"
        events += [
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": reason, "stop_sequence": None},
                "usage": {"output_tokens": 9},
            },
            {"type": "message_stop"},
        ]
        return [named(event, ascii_only=ascii_only) for event in events]

    def told(self, datas: Iterable[Any], field: str) -> list[str]:
        deltas = (data["delta"] for data in datas if data["type"] == "content_block_delta")
        return ["".join(delta.get(field, "") for delta in deltas)]

    def is_error(self, data: Any) -> bool:
        return bool(data["type"] == "error")


ANTHROPIC: Dialect = Anthropic()
