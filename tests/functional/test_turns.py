"""Provider prompt caches: the bytes of a conversation's past are the same on every turn, on every endpoint that has
one; and a body in which nothing is to change goes up as it came."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider

TURNS = 40
VALUES = ("jane.doe@example.com", "536-22-8726", "4111 1111 1111 1111", "ada@mail.example.org")


def chat(turn: int, value: str) -> list[dict[str, Any]]:
    call = {"id": f"call_{turn}", "type": "function", "function": {"name": "f", "arguments": json.dumps({"to": value})}}
    return [
        {"role": "user", "content": f"Turn {turn}: I am {value}"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"call_{turn}", "content": f"done for {value}"},
    ]


def messages(turn: int, value: str) -> list[dict[str, Any]]:
    mark = {"cache_control": {"type": "ephemeral"}}
    thought = {"type": "thinking", "thinking": f"of {value}", "signature": "altered-by-holdback"}
    call = {"type": "tool_use", "id": f"toolu_{turn}", "name": "f", "input": {"to": value}}
    return [
        {"role": "user", "content": [{"type": "text", "text": f"Turn {turn}: I am {value}", **mark}]},
        {"role": "assistant", "content": [thought, {"type": "text", "text": "Well"}, call]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"toolu_{turn}", "content": value}]},
    ]


def items(turn: int, value: str) -> list[dict[str, Any]]:
    return [
        {"role": "user", "content": [{"type": "input_text", "text": f"Turn {turn}: I am {value}"}]},
        {"type": "function_call", "call_id": f"call_{turn}", "name": "f", "arguments": json.dumps({"to": value})},
        {"type": "function_call_output", "call_id": f"call_{turn}", "output": f"done for {value}"},
    ]


HISTORIES = {
    "/v1/chat/completions": ("messages", chat),
    "/v1/messages": ("messages", messages),
    "/v1/messages/count_tokens": ("messages", messages),
    "/v1/responses": ("input", items),
}


async def post(http: aiohttp.ClientSession, url: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    async with http.post(url, data=body, headers=headers) as response:
        assert response.status == 200, await response.text()


@pytest.mark.parametrize("path", HISTORIES)
async def test_the_past_is_the_same_on_every_turn(path: str, provider: Provider) -> None:
    name, say = HISTORIES[path]
    provider.body = {"ok": True}
    history: list[dict[str, Any]] = []
    async with serve_gateway(provider.base_url) as (url, _), aiohttp.ClientSession() as http:
        for turn in range(TURNS):
            history += say(turn, VALUES[turn % len(VALUES)])
            await post(http, url + path, json.dumps({"model": "m", "max_tokens": 9, name: history}).encode())
    assert len(provider.requests) == TURNS
    for before, after in zip(provider.requests, provider.requests[1:], strict=False):
        assert after.startswith(before.removesuffix(b"]}")), "the past has changed"
    for value in VALUES:
        assert value.encode() not in provider.requests[-1]


ODD = (
    b'{ "model":"m" , "n" :1e0,"temperature":1.0E+00,\n\t%b, '
    b'"x_new":{"b":[1,2.50,null],"a":"\\u00e9\\/"},"stream":false}  '
)
MARKED = b'{"text":"Hi","type":"text","cache_control":{"type":"ephemeral"}}'
CLEAN = {
    "/v1/chat/completions": b'"messages":[{"role":"user","content":"Hi \\u263a"}]',
    "/v1/completions": b'"prompt":["Hi","you"]',
    "/v1/responses": b'"input":"Hi","previous_response_id":"resp_0123456789abcdef","store" : true',
    "/v1/embeddings": b'"input":["Hi"],"dimensions":256',
    "/v1/moderations": b'"input":"Hi"',
    "/v1/messages": b'"messages":[{"role":"user","content":[%b]}]' % MARKED,
    "/v1/messages/count_tokens": b'"messages":[{"role":"user","content":"Hi"}]',
}


@pytest.mark.parametrize("path", CLEAN)
async def test_what_does_not_change_goes_up_byte_for_byte(path: str, provider: Provider) -> None:
    provider.body = {"id": "resp_0123456789abcdef"}
    async with serve_gateway(provider.base_url) as (url, _), aiohttp.ClientSession() as http:
        if b"previous_response_id" in CLEAN[path]:
            await post(http, url + path, b'{"model":"m","input":"Hi"}')
        await post(http, url + path, ODD % CLEAN[path])
    assert provider.requests[-1] == ODD % CLEAN[path]
