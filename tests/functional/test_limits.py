"""Deadlines and caps that only show on a socket; and what of the machine's settings holds towards providers."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from gateway.server import run
from gateway.settings import Limits
from tests.fakes.gateway import serve_gateway
from tests.fakes.provider import Provider, stream

ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


async def test_the_time_of_inspection_has_a_cap(provider: Provider, http: aiohttp.ClientSession) -> None:
    provider.pieces, provider.pause_seconds = stream(["Write to ", "jane@exam", "ple.com", " now"] * 20), 0.002
    async with (
        serve_gateway(provider.base_url, limits=Limits(stream_cpu_seconds=0.0005)) as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        text = await response.text()
    last = json.loads(text.rstrip().rsplit("data: ", 1)[1])
    assert last["error"]["code"] == "response_too_large"
    assert "jane" not in text
    assert "[DONE]" not in text


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_an_error_shows_nothing_of_the_providers_key(
    status: int, provider: Provider, http: aiohttp.ClientSession
) -> None:
    message = "Incorrect API key provided: sk-pr***ider, or sk-provider. Ask jane@example.com."
    provider.status, provider.body = status, {"error": {"message": message, "code": "invalid_api_key"}}
    async with (
        serve_gateway(provider.base_url) as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        shown = (await response.json())["error"]["message"]
    assert shown == "Incorrect API key provided: [KEY], or [KEY]. Ask [EMAIL_ADDRESS]."


@pytest.mark.parametrize(
    "begin", [b"", b"POST /v1/chat/completions HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "]
)
async def test_headers_have_a_deadline(begin: bytes) -> None:
    """Also for a client that sends a byte now and then."""
    runner = web.AppRunner(web.Application(), **run.runner_options(Limits(header_read_seconds=0.4), 1.0))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reader, writer = await asyncio.open_connection("127.0.0.1", runner.addresses[0][1])
    writer.write(begin)

    async def drip() -> None:
        while begin.endswith(b" "):
            await asyncio.sleep(0.1)
            writer.write(b"x")

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(5):
            assert await reader.read() == b""
    finally:
        dripping.cancel()
        writer.close()
        await runner.cleanup()


@pytest.mark.parametrize("scheme", ["http_proxy", "HTTP_PROXY"])
async def test_the_machines_proxy_is_used(
    scheme: str, provider: Provider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake provider is the proxy here: it is asked for a host that does not exist."""
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(scheme, provider.base_url.removesuffix("/v1"))
    provider.pieces = stream(["Hello"])
    async with (
        serve_gateway("http://provider.invalid/v1") as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        assert "Hello" in await response.text()
    assert provider.seen_headers[0]["Host"] == "provider.invalid"


async def test_no_proxy_towards_this_machine(
    provider: Provider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    provider.pieces = stream(["Hello"])
    async with (
        serve_gateway(provider.base_url) as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        assert "Hello" in await response.text()
