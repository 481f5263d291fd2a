"""What looks like trouble and is none (the last table of docs/troubles.md)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import DONE, Provider, chunk, stream

ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


async def ask(url: str, http: aiohttp.ClientSession) -> str:
    async with http.post(f"{url}/v1/chat/completions", json=ASK) as response:
        assert response.status == 200
        return await response.text()


def content(text: str) -> str:
    """What the client would show."""
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    return "".join(c["delta"].get("content") or "" for event in events for c in event["choices"])


async def test_tiny_events(gateway_url: str, provider: Provider, http: aiohttp.ClientSession) -> None:
    said = "All work and no play makes a dull day. " * 2565
    events = b"".join(stream(said[:100_000]))
    provider.pieces = [events[at : at + 65536] for at in range(0, len(events), 65536)]
    assert content(await ask(gateway_url, http)) == said[:100_000]


async def test_comments_lose_their_text(gateway_url: str, provider: Provider, http: aiohttp.ClientSession) -> None:
    provider.pieces = [b": jane.doe@example.com is alive\n\n", *stream(["Hello"])]
    text = await ask(gateway_url, http)
    assert text.startswith(":\n\n")
    assert content(text) == "Hello"


async def test_usage_only(gateway_url: str, provider: Provider, http: aiohttp.ClientSession) -> None:
    usage = b'data: {"id":"c","choices":[],"usage":{"total_tokens":12345678}}\n\n'
    provider.pieces = [*stream(["Hello"])[:-1], usage, DONE]
    assert usage.decode() in await ask(gateway_url, http)


async def test_finish_before_text(gateway_url: str, provider: Provider, http: aiohttp.ClientSession) -> None:
    provider.pieces = [chunk(None, finish="stop"), chunk({"content": "Hello"}), DONE]
    text = await ask(gateway_url, http)
    assert content(text) == "Hello"
    assert text.endswith("data: [DONE]\n\n")


async def test_no_done(gateway_url: str, provider: Provider, http: aiohttp.ClientSession) -> None:
    provider.pieces = stream(["Hello"])[:-1]
    text = await ask(gateway_url, http)
    assert content(text) == "Hello"
    assert "error" not in text
    assert "[DONE]" not in text


async def test_a_slow_client_slows_the_provider(provider: Provider, http: aiohttp.ClientSession) -> None:
    sent = 0

    def count(number: int, *_: Any) -> None:
        nonlocal sent
        sent = number

    provider.pieces = stream(["word " * 2000] * 3000)
    provider.before = count
    async with (
        serve_gateway(provider.base_url) as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        await response.content.readany()
        stuck_at = -1
        while sent != stuck_at:  # until the sockets between them are full
            stuck_at = sent
            await asyncio.sleep(0.7)
        assert sent == stuck_at < 2500
        text = (await response.read()).decode()
    assert text.endswith("data: [DONE]\n\n")


async def test_a_client_that_goes_away_frees_the_provider(gateway_url: str, provider: Provider) -> None:
    provider.pieces = stream(["word "] * 1000)
    provider.pause_seconds = 0.02
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
        http.post(f"{gateway_url}/v1/chat/completions", json=ASK) as response,
    ):
        await response.content.readany()
        response.close()
    for _ in range(100):
        if provider.closed:
            break
        await asyncio.sleep(0.02)
    assert provider.closed == 1


async def test_headers_pass_by_list(gateway_url: str, provider: Provider, http: aiohttp.ClientSession) -> None:
    provider.pieces = stream(["ok"])
    provider.headers.update({"Set-Cookie": "a=b", "X-RateLimit-Remaining-Requests": "9", "X-Secret": "s"})
    sent = {"Cookie": "c=d", "X-Forwarded-For": "203.0.113.77", "X-Holdback-User": "jane", "DPoP": "x"}
    async with http.post(f"{gateway_url}/v1/chat/completions", json=ASK, headers=sent) as response:
        await response.read()
        assert response.headers["X-RateLimit-Remaining-Requests"] == "9"
        assert not {"Set-Cookie", "X-Secret"} & set(response.headers)
    seen = {name.lower(): value for name, value in provider.seen_headers[0].items()}
    assert seen["authorization"] == "Bearer sk-provider"
    assert seen["accept-encoding"] == "identity"
    assert not {"cookie", "x-forwarded-for", "x-holdback-user", "dpop"} & set(seen)
