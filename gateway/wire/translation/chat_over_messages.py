"""A client of `/v1/chat/completions` in front of a provider of `/v1/messages`.

What cannot be carried is refused where it would change the answer (several choices, token probabilities, audio), and
left out where it would not (`seed`, penalties, `logit_bias`, the effort of reasoning).
"""

from __future__ import annotations

import re
from typing import Any

from gateway.errors import UnsupportedField
from gateway.wire.translation.chat_over_messages_stream import FINISH_REASONS, ChatStream, usage_of
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

MAX_TOKENS = 8192
"""What the provider has to be told when the client says nothing."""
_DATA_URL = re.compile(r"data:([\w.+/-]+);base64,(.*)", re.DOTALL)
_TOOL_CHOICES = {"auto": "auto", "required": "any", "none": "none"}
_REFUSED: dict[str, tuple[Any, ...]] = {"n": (None, 1), "logprobs": (None, False), "audio": (None,)}
_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class ChatOverMessages:
    """See `Translation`."""

    client = "/v1/chat/completions"
    provider = "/v1/messages"

    def request(self, body: bytes) -> bytes:
        return reshaped(body, lambda asked: dumps(_request(asked)), REQUEST_FAULT)

    def response(self, body: bytes, asked: Asked) -> bytes:
        return reshaped(body, lambda answer: dumps(_response(answer, asked)), ANSWER_FAULT)

    def error(self, body: bytes, status: int) -> bytes:
        error = loads(body, ANSWER_FAULT).get("error")
        said = error if isinstance(error, dict) else {}
        kind = _ERROR_TYPES.get(status) or ("invalid_request_error" if status < 500 else "api_error")
        fields = {"message": said.get("message"), "type": kind, "code": said.get("type"), "param": None}
        return dumps({"error": fields})

    def stream(self, asked: Asked) -> StreamTranslator:
        return ChatStream(asked)


def _request(asked: Json) -> Json:
    for name, fine in _REFUSED.items():
        if asked.get(name) not in fine:
            raise UnsupportedField(param=name)
    messages: list[Json] = []
    system: list[Json] = []
    for message in asked["messages"]:
        role = message["role"]
        if role in ("system", "developer"):
            system += _blocks(message["content"])
            continue
        content = _result(message) if role in ("tool", "function") else _content(message)
        turn = "assistant" if role == "assistant" else "user"
        if messages and messages[-1]["role"] == turn:
            messages[-1]["content"] += content  # turns take turns
        else:
            messages.append({"role": turn, "content": content})
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens") or MAX_TOKENS
    made: Json = {"model": asked.get("model"), "max_tokens": limit, "messages": messages}
    if system:
        made["system"] = system
    if asked.get("temperature") is not None:
        made["temperature"] = min(asked["temperature"], 1)
    if asked.get("top_p") is not None:
        made["top_p"] = asked["top_p"]
    if asked.get("stop"):
        made["stop_sequences"] = [asked["stop"]] if isinstance(asked["stop"], str) else asked["stop"]
    if asked.get("user") is not None:
        made["metadata"] = {"user_id": asked["user"]}
    made |= _tools(asked) | _form(asked.get("response_format"))
    if asked.get("stream"):
        made["stream"] = True
    return made


def _content(message: Json) -> list[Json]:
    said = _blocks(message.get("content")) + _blocks(message.get("refusal"))
    calls = list(message.get("tool_calls") or ())
    if message.get("function_call"):
        calls.append({"id": "call_function", "function": message["function_call"]})
    for call in calls:
        function = call["function"]
        made = {"id": call["id"], "name": function["name"], "input": arguments_of(function["arguments"])}
        said.append({"type": "tool_use", **made})
    return said


def _result(message: Json) -> list[Json]:
    of = message.get("tool_call_id") or "call_function"
    return [{"type": "tool_result", "tool_use_id": of, "content": _blocks(message["content"])}]


def _blocks(content: Any) -> list[Json]:
    """The blocks of a string, or of parts; an empty text is none: it would be refused."""
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    blocks = [_block(part) for part in content]
    return [block for block in blocks if block.get("text") != ""]


def _block(part: Json) -> Json:
    kind = part["type"]
    if kind in ("text", "refusal"):
        return {"type": "text", "text": part[kind]}
    if kind == "image_url":
        url = part["image_url"]["url"]
        match = _DATA_URL.fullmatch(url)
        if match is None:
            return {"type": "image", "source": {"type": "url", "url": url}}
        return {"type": "image", "source": {"type": "base64", "media_type": match[1], "data": match[2]}}
    if kind == "file" and (match := _DATA_URL.fullmatch(part["file"].get("file_data") or "")):
        return {"type": "document", "source": {"type": "base64", "media_type": match[1], "data": match[2]}}
    raise UnsupportedField(param="messages")


def _tools(asked: Json) -> Json:
    functions = [_function(tool, at) for at, tool in enumerate(asked.get("tools") or ())]
    functions += asked.get("functions") or ()
    if not functions:
        return {}
    made: Json = {"tools": [_tool(function) for function in functions]}
    choice = asked.get("tool_choice", asked.get("function_call"))
    if isinstance(choice, dict):
        made["tool_choice"] = {"type": "tool", "name": (choice.get("function") or choice)["name"]}
    elif choice is not None:
        made["tool_choice"] = {"type": _TOOL_CHOICES[choice]}
    if asked.get("parallel_tool_calls") is False:
        made["tool_choice"] = {**made.get("tool_choice", {"type": "auto"}), "disable_parallel_tool_use": True}
    return made


def _function(tool: Json, at: int) -> Json:
    if tool["type"] != "function":
        raise UnsupportedField(param=f"tools[{at}].type")
    function: Json = tool["function"]
    return function


def _tool(function: Json) -> Json:
    made = {
        "name": function["name"],
        "input_schema": function.get("parameters") or {"type": "object", "properties": {}},
    }
    return {**made, "description": function["description"]} if function.get("description") else made


def _form(form: Json | None) -> Json:
    if form is None or form["type"] == "text":
        return {}
    if form["type"] != "json_schema":
        raise UnsupportedField(param="response_format")
    return {"output_config": {"format": {"type": "json_schema", "schema": form["json_schema"]["schema"]}}}


def _response(answer: Json, asked: Asked) -> Json:
    blocks = answer["content"]
    said = "".join(block["text"] for block in blocks if block["type"] == "text")
    thought = "".join(block["thinking"] for block in blocks if block["type"] == "thinking")
    calls = [
        {
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": dumps(block["input"]).decode()},
        }
        for block in blocks
        if block["type"] == "tool_use"
    ]
    message: Json = {"role": "assistant", "content": said or None, "refusal": None}
    if thought:
        message["reasoning_content"] = thought
    if calls:
        message["tool_calls"] = calls
    reason = FINISH_REASONS.get(answer.get("stop_reason") or "", "stop")
    return {
        "id": answer.get("id") or "chatcmpl-translated",
        "object": "chat.completion",
        "created": asked.created,
        "model": answer.get("model") or asked.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": usage_of(answer.get("usage") or {}),
    }


TRANSLATION = ChatOverMessages()
