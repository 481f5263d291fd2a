"""A client of `/v1/messages` in front of a provider of `/v1/chat/completions`.

What cannot be carried is refused where it would change the answer (tools that Anthropic executes, documents by URL),
and left out where it would not (`top_k`, thinking, its budget, cache marks).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.errors import UnsupportedField
from gateway.wire.translation.messages_over_chat_stream import STOP_REASONS, MessagesStream, usage_of
from gateway.wire.translation.translation import (
    ANSWER_FAULT,
    REQUEST_FAULT,
    Asked,
    Json,
    StreamTranslator,
    arguments_of,
    dumps,
    loads,
    reshaped,
)

_TOOL_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class MessagesOverChat:
    """See `Translation`."""

    client = "/v1/messages"
    provider = "/v1/chat/completions"

    def request(self, body: bytes) -> bytes:
        return reshaped(body, lambda asked: dumps(_request(asked)), REQUEST_FAULT)

    def response(self, body: bytes, asked: Asked) -> bytes:
        return reshaped(body, lambda answer: dumps(_response(answer, asked)), ANSWER_FAULT)

    def error(self, body: bytes, status: int) -> bytes:
        error = loads(body, ANSWER_FAULT).get("error")
        message = error.get("message") if isinstance(error, dict) else error
        kind = _ERROR_TYPES.get(status) or ("invalid_request_error" if status < 500 else "api_error")
        said = message if isinstance(message, str) else ""
        return dumps({"type": "error", "error": {"type": kind, "message": said}})

    def stream(self, asked: Asked) -> StreamTranslator:
        return MessagesStream(asked)


def _request(asked: Json) -> Json:
    messages: list[Json] = []
    system = _text(asked.get("system"))
    if system:
        messages.append({"role": "system", "content": system})
    for message in asked["messages"]:
        messages += _assistant(message) if message["role"] == "assistant" else _user(message)
    made: Json = {"model": asked.get("model"), "messages": messages}
    if "max_tokens" in asked:
        made["max_completion_tokens"] = asked["max_tokens"]
    made |= {name: asked[name] for name in ("temperature", "top_p") if name in asked}
    if asked.get("stop_sequences"):
        made["stop"] = asked["stop_sequences"]
    if asked.get("tools"):
        made["tools"] = [_tool(tool, at) for at, tool in enumerate(asked["tools"])]
    made |= _choice(asked.get("tool_choice"))
    user = (asked.get("metadata") or {}).get("user_id")
    if user is not None:
        made["user"] = user
    form = (asked.get("output_config") or {}).get("format") or asked.get("output_format")
    if form is not None:
        schema = {"name": "answer", "schema": form["schema"], "strict": True}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    if asked.get("stream"):
        made |= {"stream": True, "stream_options": {"include_usage": True}}
    return made


def _text(content: Any) -> str:
    """The text of a string, or of blocks of text."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n\n".join(block["text"] for block in content if block["type"] == "text")


def _assistant(message: Json) -> list[Json]:
    content = message["content"]
    if isinstance(content, str):
        return [{"role": "assistant", "content": content}]
    calls = [
        {
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": dumps(block.get("input") or {}).decode()},
        }
        for block in content
        if block["type"] == "tool_use"
    ]
    said = "".join(block["text"] for block in content if block["type"] == "text")
    made: Json = {"role": "assistant", "content": said or None}
    return [{**made, "tool_calls": calls} if calls else made]


def _user(message: Json) -> Iterator[Json]:
    """Results of tools become messages of their own, ahead of what the user says beside them."""
    content = message["content"]
    if isinstance(content, str):
        yield {"role": "user", "content": content}
        return
    for block in content:
        if block["type"] == "tool_result":
            said = block.get("content")
            if not isinstance(said, str | None) and any(part["type"] != "text" for part in said):
                raise UnsupportedField(param="messages")
            yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": _text(said)}
    parts = [_part(block) for block in content if block["type"] != "tool_result"]
    if parts:
        yield {"role": "user", "content": parts}


def _part(block: Json) -> Json:
    if block["type"] == "text":
        return {"type": "text", "text": block["text"]}
    source = block.get("source") or {}
    kind = source.get("type")
    data = f"data:{source.get('media_type')};base64,{source.get('data')}"
    if block["type"] == "image" and kind in ("base64", "url"):
        return {"type": "image_url", "image_url": {"url": data if kind == "base64" else source["url"]}}
    if block["type"] == "document" and kind == "text":
        return {"type": "text", "text": source["data"]}
    if block["type"] == "document" and kind == "base64":
        return {"type": "file", "file": {"filename": block.get("title") or "document.pdf", "file_data": data}}
    raise UnsupportedField(param="messages")


def _tool(tool: Json, at: int) -> Json:
    if tool.get("type", "custom") != "custom":
        raise UnsupportedField(param=f"tools[{at}].type")
    function = {"name": tool["name"], "parameters": tool["input_schema"]}
    if "description" in tool:
        function["description"] = tool["description"]
    return {"type": "function", "function": function}


def _choice(choice: Json | None) -> Json:
    if choice is None:
        return {}
    made: Json = {}
    if choice["type"] == "tool":
        made["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    else:
        made["tool_choice"] = _TOOL_CHOICES[choice["type"]]
    if choice.get("disable_parallel_tool_use"):
        made["parallel_tool_calls"] = False
    return made


def _response(answer: Json, asked: Asked) -> Json:
    choice = answer["choices"][0]
    message = choice["message"]
    content: list[Json] = []
    thought = message.get("reasoning_content") or message.get("reasoning")
    if thought:
        content.append({"type": "thinking", "thinking": thought, "signature": ""})
    said = message.get("content") or message.get("refusal")
    if said:
        content.append({"type": "text", "text": said})
    for call in message.get("tool_calls") or ():
        function = call["function"]
        made = {"id": call["id"], "name": function["name"], "input": arguments_of(function["arguments"])}
        content.append({"type": "tool_use", **made})
    reason = "refusal" if message.get("refusal") else STOP_REASONS.get(choice.get("finish_reason"), "end_turn")
    return {
        "id": answer.get("id") or "msg_translated",
        "type": "message",
        "role": "assistant",
        "model": answer.get("model") or asked.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": usage_of(answer.get("usage") or {}),
    }


TRANSLATION = MessagesOverChat()
