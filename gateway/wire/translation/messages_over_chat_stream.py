"""A stream of chat completions as a stream of messages.

A block stays open until something else is said. Tokens are counted after the choice has ended, so its end is told at
`[DONE]`, or at the end of the body; a stream whose choice did not end is not ended here either, so that whoever reads
it knows that it broke off.
"""

from __future__ import annotations

from typing import Any

from gateway.errors import UpstreamProtocolError
from gateway.wire.sse import PING, SseDecoder, SseEvent, encode
from gateway.wire.sse import Kind as EventKind
from gateway.wire.translation.translation import ANSWER_FAULT, BROKEN_OFF, Asked, Json, dumps, reshaped

STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}


def usage_of(usage: Json) -> Json:
    """Counts of tokens in Anthropic's words: what came from the cache is not among the input."""
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return {
        "input_tokens": max((usage.get("prompt_tokens") or 0) - cached, 0),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": usage.get("completion_tokens") or 0,
    }


class MessagesStream:
    """See `StreamTranslator`."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._decoder = SseDecoder(asked.event_bytes)
        self._has_begun = self._is_over = False
        self._index = -1
        self._open: tuple[str, int] | None = None
        self._ended_calls: set[int] = set()
        self._reason = ""
        self._usage: Json = {}

    def feed(self, data: bytes) -> bytes:
        return b"".join(self._event(event) for event in self._decoder.feed(data))

    def end(self) -> bytes:
        last = self._decoder.end()
        said = b"".join(self._event(event) for event in last.events)
        if last.incomplete.strip():
            return said + BROKEN_OFF
        return said + (self._finish() if self._reason else b"")

    def _event(self, event: SseEvent) -> bytes:
        if self._is_over:
            return b""
        if not event.has_data:
            return PING if event.kind is EventKind.COMMENT else b""
        if event.data.strip() == b"[DONE]":
            return self._finish() if self._reason else b""
        return reshaped(event.data, self._said, ANSWER_FAULT)

    def _said(self, chunk: Json) -> bytes:
        return b"".join(_written(made) for made in self._chunk(chunk))

    def _chunk(self, chunk: Json) -> list[Json]:
        if chunk.get("error"):
            self._is_over = True
            error = chunk["error"]
            message = error.get("message") if isinstance(error, dict) else error
            return [{"type": "error", "error": {"type": "api_error", "message": str(message or "")}}]
        made: list[Json] = []
        if not self._has_begun:
            self._has_begun = True
            made.append(self._start(chunk))
        self._usage = chunk.get("usage") or self._usage
        for choice in chunk.get("choices") or ():
            self._delta(choice.get("delta") or {}, made)
            if choice.get("finish_reason"):
                self._reason = STOP_REASONS.get(choice["finish_reason"], "end_turn")
                self._close(made)
        return made

    def _start(self, chunk: Json) -> Json:
        said = {"id": chunk.get("id") or "msg_translated", "model": chunk.get("model") or self._asked.model}
        message: Json = {**said, "type": "message", "role": "assistant", "content": [], "usage": usage_of({})}
        return {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}}

    def _delta(self, delta: Json, made: list[Json]) -> None:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if thought:
            self._say("thinking", 0, {"type": "thinking", "thinking": "", "signature": ""}, made)
            self._piece({"type": "thinking_delta", "thinking": thought}, made)
        said = delta.get("content") or delta.get("refusal")
        if said:
            self._say("text", 0, {"type": "text", "text": ""}, made)
            self._piece({"type": "text_delta", "text": said}, made)
        for at, call in enumerate(delta.get("tool_calls") or ()):
            function = call.get("function") or {}
            block = {"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": {}}
            self._say("tool_use", call.get("index", at), block, made)
            if function.get("arguments"):
                self._piece({"type": "input_json_delta", "partial_json": function["arguments"]}, made)

    def _say(self, kind: str, call: int, block: Json, made: list[Json]) -> None:
        """Something of this block follows: open it unless it is open."""
        if self._open == (kind, call):
            return
        if kind == "tool_use" and call in self._ended_calls:
            raise UpstreamProtocolError  # it goes back to a call that has ended; a block cannot be opened again
        self._close(made)
        if kind == "tool_use" and not (isinstance(block["id"], str) and isinstance(block["name"], str)):
            raise UpstreamProtocolError
        self._index += 1
        self._open = (kind, call)
        made.append({"type": "content_block_start", "index": self._index, "content_block": block})

    def _piece(self, delta: Json, made: list[Json]) -> None:
        made.append({"type": "content_block_delta", "index": self._index, "delta": delta})

    def _close(self, made: list[Json]) -> None:
        if self._open is not None:
            if self._open[0] == "tool_use":
                self._ended_calls.add(self._open[1])
            self._open = None
            made.append({"type": "content_block_stop", "index": self._index})

    def _finish(self) -> bytes:
        if self._is_over:
            return b""
        self._is_over = True
        delta: dict[str, Any] = {"stop_reason": self._reason, "stop_sequence": None}
        ending = {"type": "message_delta", "delta": delta, "usage": usage_of(self._usage)}
        return _written(ending) + _written({"type": "message_stop"})


def _written(event: Json) -> bytes:
    return encode(dumps(event), event["type"])
