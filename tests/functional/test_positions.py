"""Every position of a request on every endpoint, and every field of its answer: what goes up are tokens, and what comes
back to the client are its own values, wherever the provider cut them."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
import pytest

from tests.dialects import PLACES, Dialect
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider
from tests.playbook import sse_datas

VALUE = "jane.doe@example.com"
TOKEN = re.compile(r"kc-[a-z0-9]+@example\.com")
SCHEMA = {"type": "object", "properties": {"to": {"type": "string", "description": VALUE, "default": VALUE}}}
ARGUMENTS = json.dumps({"to": [VALUE]})
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": ARGUMENTS}}
USER = {"role": "user", "content": "Hi"}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [USER, *messages], **more}


def items(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "input": [USER, *parts], **more}


def blocks(role: str, *parts: Any) -> dict[str, Any]:
    return {"role": role, "content": list(parts)}


USED = {"type": "tool_use", "id": "t", "name": "f", "input": {"to": [VALUE]}}
POSITIONS: dict[str, dict[str, dict[str, Any]]] = {
    "/v1/chat/completions": {
        "system": chat({"role": "system", "content": VALUE}),
        "user": chat({"role": "user", "content": VALUE}),
        "user parts": chat(blocks("user", {"type": "text", "text": VALUE})),
        "assistant": chat({"role": "assistant", "content": VALUE}),
        "tool call": chat({"role": "assistant", "content": None, "tool_calls": [CALL]}),
        "legacy function call": chat({"role": "assistant", "function_call": CALL["function"]}),
        "tool result": chat({"role": "tool", "tool_call_id": "c", "content": VALUE}),
        "name": chat({"role": "user", "name": VALUE, "content": "Hi"}),
        "tool description": chat(tools=[{"type": "function", "function": {"name": "f", "description": VALUE}}]),
        "schema": chat(tools=[{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]),
        "metadata": chat(metadata={"who": VALUE}, user=VALUE),
    },
    "/v1/messages": {
        "system": chat(system=VALUE),
        "system blocks": chat(system=[{"type": "text", "text": VALUE}]),
        "user": chat({"role": "user", "content": VALUE}),
        "user blocks": chat(blocks("user", {"type": "text", "text": VALUE})),
        "assistant": chat({"role": "assistant", "content": VALUE}),
        "tool use": chat(blocks("assistant", USED)),
        "tool result": chat(blocks("user", {"type": "tool_result", "tool_use_id": "t", "content": VALUE})),
        "document": chat(blocks("user", {"type": "document", "source": {"type": "text", "data": VALUE}})),
        "tool description": chat(tools=[{"name": "f", "description": VALUE, "input_schema": {}}]),
        "schema": chat(tools=[{"name": "f", "input_schema": SCHEMA}]),
        "metadata": chat(metadata={"user_id": VALUE}),
    },
    "/v1/responses": {
        "input": {"model": "m", "input": VALUE},
        "instructions": items(instructions=VALUE),
        "user": items({"role": "user", "content": VALUE}),
        "user parts": items(blocks("user", {"type": "input_text", "text": VALUE})),
        "assistant": items(blocks("assistant", {"type": "output_text", "text": VALUE})),
        "function call": items({"type": "function_call", "call_id": "c", "name": "f", "arguments": ARGUMENTS}),
        "function output": items({"type": "function_call_output", "call_id": "c", "output": VALUE}),
        "custom call": items({"type": "custom_tool_call", "call_id": "c", "name": "f", "input": VALUE}),
        "reasoning": items({"type": "reasoning", "summary": [{"type": "summary_text", "text": VALUE}]}),
        "schema": items(tools=[{"type": "function", "name": "f", "description": VALUE, "parameters": SCHEMA}]),
        "metadata": items(metadata={"who": VALUE}, prompt={"id": "p", "variables": {"a": VALUE}}),
    },
    "/v1/completions": {"prompt": {"prompt": VALUE}, "prompts": {"prompt": ["a", VALUE]}, "suffix": {"suffix": VALUE}},
    "/v1/embeddings": {"input": {"input": VALUE}, "inputs": {"input": ["a", VALUE]}, "user": {"user": VALUE}},
    "/v1/moderations": {"input": {"input": VALUE}, "parts": {"input": [{"type": "text", "text": VALUE}]}},
}
POSITIONS["/v1/messages/count_tokens"] = POSITIONS["/v1/messages"]
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize("path", POSITIONS)
async def test_no_position_lets_a_value_up(path: str, provider: Provider) -> None:
    provider.body = {"ok": True}
    async with serve_gateway(provider.base_url) as (url, _), aiohttp.ClientSession(headers=HEADERS) as http:
        for name, body in POSITIONS[path].items():
            async with http.post(url + path, json=body) as response:
                assert response.status == 200, (name, await response.text())
            sent = provider.requests[-1].decode()
            assert VALUE not in sent, name
            assert TOKEN.search(sent), name
            assert sent.count("kc-") == json.dumps(body).count(VALUE), name


EXECUTED_BY_PROVIDER = {"mcp_call_arguments", "code_interpreter_call_code"}
"""What says what the provider itself does keeps its tokens (rule 14)."""
ASK = {"chat": chat, "anthropic": chat, "responses": items, "completions": lambda one: {"prompt": one["content"]}}


@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=[f"{dialect.name}-{field}" for dialect, field in PLACES])
async def test_every_field_of_an_answer_turns_back(dialect: Dialect, field: str, provider: Provider) -> None:
    body = {**ASK[dialect.name]({"role": "user", "content": f"I am {VALUE}"}), "stream": True}
    provider.pieces = dialect.stream(field, ["{}"])
    async with serve_gateway(provider.base_url) as (url, _), aiohttp.ClientSession(headers=HEADERS) as http:
        async with http.post(url + dialect.wire.path, json=body) as response:
            await response.read()
        (token,) = set(TOKEN.findall(provider.requests[0].decode()))
        is_json = field in dialect.json_fields
        text, shown = (
            json.dumps({"to": f"Mail {one} now"}) if is_json else f"Mail {one} now" for one in (token, VALUE)
        )
        for at in range(text.index(token), text.index(token) + len(token) + 1):
            provider.pieces = dialect.stream(field, [text[:at], text[at:]])
            async with http.post(url + dialect.wire.path, json=body) as response:
                datas = [json.loads(data) for data in sse_datas(await response.read()) if data != "[DONE]"]
            assert set(dialect.told(datas, field)) == {text if field in EXECUTED_BY_PROVIDER else shown}, at
