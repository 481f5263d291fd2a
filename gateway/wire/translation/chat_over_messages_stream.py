"""A stream of messages as a stream of chat completions."""

from __future__ import annotations

from gateway.wire.sse import PING, SseDecoder, SseEvent, encode
from gateway.wire.sse import Kind as EventKind
from gateway.wire.translation.translation import ANSWER_FAULT, BROKEN_OFF, Asked, Json, dumps, reshaped

FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
DONE = b"data: [DONE]\n\n"


def usage_of(usage: Json) -> Json:
    """Counts of tokens in OpenAI's words: the cached ones are among those of the prompt."""
    cached = usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    prompt = (usage.get("input_tokens") or 0) + written + cached
    completion = usage.get("output_tokens") or 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        # What was written to the cache has a price of its own; OpenAI has no word for it.
        "prompt_tokens_details": {"cached_tokens": cached} | ({"cache_creation_tokens": written} if written else {}),
    }


class ChatStream:
    """See `StreamTranslator`."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._decoder = SseDecoder(asked.event_bytes)
        self._id, self._model = "chatcmpl-translated", asked.model
        self._calls: dict[int, int] = {}
        self._silent_calls: set[int] = set()
        self._usage: Json = {}
        self._is_over = False

    def feed(self, data: bytes) -> bytes:
        return b"".join(self._event(event) for event in self._decoder.feed(data))

    def end(self) -> bytes:
        last = self._decoder.end()
        said = b"".join(self._event(event) for event in last.events)
        return said + (BROKEN_OFF if last.incomplete.strip() else b"")

    def _event(self, event: SseEvent) -> bytes:
        if self._is_over:
            return b""
        if not event.has_data:
            return PING if event.kind is EventKind.COMMENT else b""
        return reshaped(event.data, self._said, ANSWER_FAULT)

    def _said(self, event: Json) -> bytes:
        kind = event["type"]
        if kind == "message_start":
            message = event["message"]
            self._id, self._model = message.get("id") or self._id, message.get("model") or self._model
            self._usage |= message.get("usage") or {}
            return self._chunk({"role": "assistant", "content": ""})
        if kind == "content_block_start":
            return self._start(event["index"], event["content_block"])
        if kind == "content_block_delta":
            return self._delta(event["index"], event["delta"])
        if kind == "content_block_stop" and event["index"] in self._silent_calls:
            return self._arguments(event["index"], "{}")  # a call without arguments says nothing at all
        if kind == "message_delta":
            self._usage |= {name: count for name, count in (event.get("usage") or {}).items() if count is not None}
            reason = event["delta"].get("stop_reason")
            return self._chunk({}, FINISH_REASONS.get(reason, "stop")) if reason else b""
        if kind == "message_stop":
            return self._stop()
        if kind == "error":
            self._is_over = True
            error = event["error"]
            fields = {
                "message": error.get("message"),
                "type": error.get("type"),
                "code": error.get("type"),
                "param": None,
            }
            return encode(dumps({"error": fields}))
        return PING if kind == "ping" else b""

    def _start(self, index: int, block: Json) -> bytes:
        if block["type"] == "tool_use":
            self._calls[index] = len(self._calls)
            self._silent_calls.add(index)
            function = {"name": block["name"], "arguments": ""}
            call = {"index": self._calls[index], "id": block["id"], "type": "function", "function": function}
            return self._chunk({"tool_calls": [call]})
        if block["type"] == "text" and block.get("text"):
            return self._chunk({"content": block["text"]})
        if block["type"] == "thinking" and block.get("thinking"):
            return self._chunk({"reasoning_content": block["thinking"]})
        return b""

    def _delta(self, index: int, delta: Json) -> bytes:
        if delta["type"] == "text_delta":
            return self._chunk({"content": delta["text"]})
        if delta["type"] == "thinking_delta":
            return self._chunk({"reasoning_content": delta["thinking"]})
        if delta["type"] == "input_json_delta" and index in self._calls and delta["partial_json"]:
            self._silent_calls.discard(index)
            return self._arguments(index, delta["partial_json"])
        return b""

    def _arguments(self, index: int, text: str) -> bytes:
        return self._chunk({"tool_calls": [{"index": self._calls[index], "function": {"arguments": text}}]})

    def _chunk(self, delta: Json, finish: str | None = None) -> bytes:
        return self._written([{"index": 0, "delta": delta, "finish_reason": finish}])

    def _written(self, choices: list[Json], **more: Json) -> bytes:
        head = {"id": self._id, "object": "chat.completion.chunk", "created": self._asked.created, "model": self._model}
        return encode(dumps({**head, "choices": choices, **more}))

    def _stop(self) -> bytes:
        self._is_over = True
        return (self._written([], usage=usage_of(self._usage)) if self._asked.has_usage else b"") + DONE
