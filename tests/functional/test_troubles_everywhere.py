"""The tables of docs/troubles.md on every endpoint, in its own shapes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from gateway.settings import Limits
from tests.dialects import DIALECTS, Dialect
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider

TEXT = "Write to jane.doe@example.com or to 536-22-8726, then"
FIELD = {"chat": "content", "completions": "text", "responses": "output_text", "anthropic": "text"}
ASK: dict[str, dict[str, Any]] = {
    "chat": {"messages": [{"role": "user", "content": "Hi"}]},
    "completions": {"prompt": "Hi"},
    "responses": {"input": "Hi"},
    "anthropic": {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    "embeddings": {"input": "Hi"},
    "moderations": {"input": "Hi"},
    "count_tokens": {"messages": [{"role": "user", "content": "Hi"}]},
}
PATHS = {
    **{dialect.name: dialect.wire.path for dialect in DIALECTS},
    "embeddings": "/v1/embeddings",
    "moderations": "/v1/moderations",
    "count_tokens": "/v1/messages/count_tokens",
}
LIMITS = Limits(request_bytes=4096, event_bytes=8192, response_bytes=65536, body_read_seconds=0.3, json_depth=16)
Troubles = dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]]


def said(dialect: Dialect) -> list[bytes]:
    """Most of an answer: it has not ended."""
    events = dialect.stream(FIELD[dialect.name], [TEXT[at : at + 3] for at in range(0, len(TEXT), 3)])
    return [event for event in events if b"Write" in event or b"delta" in event or b"text" in event][: len(TEXT) // 3]


TROUBLES: Troubles = {
    "broken-event": (lambda events: [*events, b"data: {jane.doe@example.com}\n\n"], "upstream_protocol_error"),
    "half-event": (lambda events: [*events, events[-1][:40]], "upstream_unavailable"),
    "ends-without-finish": (lambda events: events, "upstream_unavailable"),
    "not-utf-8": (lambda events: [*events, b'data: {"a":"\xff\xfe"}\n\n'], "upstream_protocol_error"),
    "not-an-object": (lambda events: [*events, b'data: ["jane.doe@example.com"]\n\n'], "upstream_protocol_error"),
    "duplicate-key-in-event": (
        lambda events: [*events, b'data: {"a":"b","a":"jane.doe@example.com"}\n\n'],
        "upstream_protocol_error",
    ),
    "endless-line": (lambda events: [*events, *[b"data: " + b"x" * 4000] * 5], "response_too_large"),
    "nested-too-deeply": (
        lambda events: [*events, b'data: {"a":' + b"[" * 40 + b"]" * 40 + b"}\n\n"],
        "upstream_protocol_error",
    ),
    "stall": (lambda events: events, "upstream_timeout"),
}


def code_of(data: dict[str, Any]) -> str:
    return str(data["error"]["code"])


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_after_the_headers(dialect: Dialect, trouble: str, provider: Provider) -> None:
    prepare, code = TROUBLES[trouble]
    provider.pieces = prepare(said(dialect))
    if trouble == "stall":

        async def stall(number: int, *_: object) -> None:
            if number == len(provider.pieces) - 1:
                await asyncio.sleep(30)

        provider.before = stall
    body = {"model": "m", "stream": True, **ASK[dialect.name]}
    async with serve_gateway(provider.base_url, limits=LIMITS, silence_seconds=0.5) as (url, _):
        sent = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession() as http, http.post(url + dialect.wire.path, json=body, headers=sent) as r:
            status, text = r.status, await r.text()
    assert status == 200
    assert "[DONE]" not in text
    last = text.rstrip().rsplit("\n\n", 1)[1]
    data = json.loads(last.split("data: ", 1)[1])
    assert code_of(data) == code
    assert dialect.is_error(data)
    if dialect.wire.ends_with_event:
        assert last.startswith("event: error\n")
        assert data["type"] == "error"
    assert "[EMAIL_ADDRESS]" in text
    assert "jane.doe" not in text
    assert "536-22" not in text


BEFORE: dict[str, tuple[bytes | None, dict[str, str], int, str]] = {
    "wrong-key": (None, {"Authorization": "Bearer jane.doe@example.com"}, 401, "invalid_api_key"),
    "not-json": (b"{jane.doe@example.com", {}, 400, "malformed_request"),
    "duplicate-key": (b'{"a": 1, "a": "jane.doe@example.com"}', {}, 400, "duplicate_json_key"),
    "compressed-request": (b"{}", {"Content-Encoding": "gzip"}, 415, "unsupported_encoding"),
    "request-too-large": (b'{"a":"' + b"x" * 5000 + b'"}', {}, 413, "request_too_large"),
    "answer-not-json": (None, {}, 502, "upstream_protocol_error"),
    "provider-unreachable": (None, {}, 502, "upstream_unavailable"),
}


@pytest.mark.parametrize("trouble", BEFORE)
@pytest.mark.parametrize("name", PATHS)
async def test_before_the_headers(name: str, trouble: str, provider: Provider) -> None:
    body, headers, status, code = BEFORE[trouble]
    provider.pieces = [b"jane.doe@example.com"]
    provider.headers["Content-Type"] = "application/json"
    upstream = "http://127.0.0.1:9/v1" if trouble == "provider-unreachable" else provider.base_url
    data = json.dumps({"model": "m", **ASK[name]}).encode() if body is None else body
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
    async with (
        serve_gateway(upstream, limits=LIMITS, silence_seconds=0.5) as (url, _),
        aiohttp.ClientSession() as http,
        http.post(url + PATHS[name], data=data, headers=sent) as response,
    ):
        answer = json.loads(await response.text())
    assert response.status == status
    assert code_of(answer) == code
    assert "jane" not in json.dumps(answer)
    if name in ("anthropic", "count_tokens"):
        assert answer["type"] == "error"
        assert answer["error"]["type"].endswith(("_error", "_too_large"))
    else:
        assert set(answer) == {"error"}


@pytest.mark.parametrize("name", PATHS)
async def test_the_path_of_an_agent(name: str, provider: Provider) -> None:
    provider.body = {"ok": True}
    async with serve_gateway(provider.base_url) as (url, _), aiohttp.ClientSession() as http:
        sent = {"Authorization": f"Bearer {KEY}"}
        path = PATHS[name].replace("/v1/", "/v1/ai/default/")
        async with http.post(url + path, json={"model": "m", **ASK[name]}, headers=sent) as response:
            assert (response.status, await response.json()) == (200, {"ok": True})
        async with http.post(url + path.replace("default", "other"), json={}, headers=sent) as response:
            assert response.status == 404
            assert code_of(await response.json()) == "unknown_endpoint"


async def test_the_key_of_an_anthropic_client(provider: Provider) -> None:
    provider.body = {"input_tokens": 7}
    async with serve_gateway(provider.base_url) as (url, _), aiohttp.ClientSession() as http:
        for path in ("/v1/messages", "/v1/messages/count_tokens"):
            async with http.post(url + path, json=ASK["anthropic"], headers={"x-api-key": KEY}) as response:
                assert response.status == 200
            async with http.post(url + path, json=ASK["anthropic"], headers={"x-api-key": "other"}) as response:
                assert (response.status, (await response.json())["error"]["type"]) == (401, "authentication_error")
        async with http.get(f"{url}/v1/models", headers={"x-api-key": KEY, "anthropic-version": "1"}) as response:
            assert response.status == 200
        async with http.post(f"{url}/v1/responses", json={"input": "a"}, headers={"x-api-key": KEY}) as response:
            assert response.status == 401
    assert {headers.get("x-api-key", "sk-provider") for headers in provider.seen_headers} == {"sk-provider"}
