"""Providers and routes over real sockets: who is asked, what makes another one be asked, and what never does."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from gateway.errors import ConfigurationError
from gateway.server.app import make_app
from gateway.services import Services, open_services
from gateway.settings import Settings
from gateway.settings.providers import ProviderSettings, RouteSettings, RoutingSettings
from gateway.settings.stores import StoreSettings
from tests.fakes.gateway import KEY, NO_MODEL, engine
from tests.fakes.provider import Provider, serve_provider, stream

ASK = {"model": "gpt-x", "messages": [{"role": "user", "content": "Mail jane.doe@example.com"}]}
OK = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}


@asynccontextmanager
async def served(
    providers: dict[str, ProviderSettings], routes: list[RouteSettings], **routing: Any
) -> AsyncIterator[tuple[str, Services]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            key=SecretStr(KEY),
            providers=providers,
            routes=tuple(routes),
            routing=RoutingSettings(**routing),
            stores=StoreSettings(data_dir=folder),
            tier3=NO_MODEL,
        )
        async with running(settings) as both:
            yield both


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[str, Services]]:
    async with open_services(settings, engine("default")) as services:
        runner = web.AppRunner(make_app(services), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", services
        await runner.cleanup()


@pytest.fixture
async def two() -> AsyncIterator[tuple[Provider, Provider]]:
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(serve_provider()) for _ in range(2)]
        first.body = second.body = OK
        yield first, second


def at(provider: Provider, **more: Any) -> ProviderSettings:
    return ProviderSettings(
        base_url=provider.base_url, private_network=True, api_key=SecretStr(f"sk-{id(provider)}"), **more
    )


async def ask(url: str, path: str = "/v1/chat/completions", **body: Any) -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession() as http, http.post(url + path, json={**ASK, **body}, headers=headers) as answer:
        text = await answer.text()
        return answer.status, text if "event-stream" in answer.content_type else json.loads(text), answer.headers


BOTH = [RouteSettings(models=("*",), providers=("a", "b"))]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
async def test_another_provider_is_asked_when_one_cannot(two: tuple[Provider, Provider], status: int) -> None:
    first, second = two
    first.status, first.body = status, {"error": {"message": "no", "code": "no"}}
    async with served({"a": at(first), "b": at(second)}, BOTH) as (url, services):
        assert (await ask(url))[0] == 200
        text = services.metrics.render().decode()
    assert (len(first.requests), len(second.requests)) == (1, 1)
    assert first.requests == second.requests, "what the fallback gets is inspected alike"
    assert b"jane.doe" not in second.requests[0]
    assert second.seen_headers[0]["Authorization"] == f"Bearer sk-{id(second)}"
    assert f'holdback_provider_attempts_total{{outcome="{status}",provider="a"}} 1.0' in text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_an_answer_is_an_answer(two: tuple[Provider, Provider], status: int) -> None:
    first, second = two
    first.status, first.body = status, {"error": {"message": "no for jane.doe@example.com", "code": "no"}}
    async with served({"a": at(first), "b": at(second)}, BOTH) as (url, _):
        got, answer, _ = await ask(url)
    assert (got, answer["error"]["message"]) == (status, "no for [EMAIL_ADDRESS]")
    assert second.requests == []


async def test_a_provider_that_cannot_be_reached_or_is_silent(two: tuple[Provider, Provider]) -> None:
    first, second = two
    first.delay_seconds = 5
    away = ProviderSettings(base_url="http://127.0.0.1:9/v1", private_network=True)
    providers = {"away": away, "a": at(first, silence_seconds=0.2), "b": at(second)}
    async with served(providers, [RouteSettings(models=("*",), providers=("away", "a", "b"))]) as (url, _):
        assert (await ask(url))[0] == 200
    assert (len(first.requests), len(second.requests)) == (1, 1)


async def test_never_after_the_first_byte(two: tuple[Provider, Provider]) -> None:
    first, second = two
    first.body = second.body = None
    first.pieces, second.pieces = stream(["Hello, "])[:2], stream(["other"])
    async with served({"a": at(first), "b": at(second)}, BOTH, rounds=3) as (url, _):
        status, text, _ = await ask(url, stream=True)
    assert status == 200
    assert "Hello" in text
    assert "upstream_unavailable" in text
    assert second.requests == []


async def test_when_all_fail_the_last_word_is_a_providers(two: tuple[Provider, Provider]) -> None:
    first, second = two
    for provider in two:
        provider.status, provider.body = 503, {"error": {"message": "busy", "code": "busy"}}
    async with served({"a": at(first), "b": at(second)}, BOTH, rounds=2, backoff_seconds=0.01) as (url, _):
        status, answer, _ = await ask(url)
    assert (status, answer["error"]["code"]) == (503, "busy")
    assert (len(first.requests), len(second.requests)) == (2, 2)


async def test_a_provider_that_asks_to_be_left_alone_is(two: tuple[Provider, Provider]) -> None:
    first, second = two
    first.status, first.headers["Retry-After"] = 429, "1"
    async with served({"a": at(first), "b": at(second)}, BOTH) as (url, _):
        for _ in range(3):
            assert (await ask(url))[0] == 200
        assert (len(first.requests), len(second.requests)) == (1, 3)
        first.status = 200
        await asyncio.sleep(1.05)
        await ask(url)
    assert (len(first.requests), len(second.requests)) == (2, 3)


async def test_the_breaker_opens_and_closes(two: tuple[Provider, Provider]) -> None:
    first, second = two
    first.status = 500
    async with served({"a": at(first), "b": at(second)}, BOTH, breaker_failures=2, breaker_seconds=0.3) as (url, _):
        for _ in range(5):
            assert (await ask(url))[0] == 200
        assert (len(first.requests), len(second.requests)) == (2, 5)
        first.status = 200
        await asyncio.sleep(0.35)
        await ask(url)
        await ask(url)
    assert (len(first.requests), len(second.requests)) == (4, 5)


async def test_routes_by_model_region_and_name(two: tuple[Provider, Provider]) -> None:
    first, second = two
    routes = [
        RouteSettings(models=("gpt-*",), providers=("a", "b"), regions=("eu",)),
        RouteSettings(models=("fast",), providers=("a",), model="gpt-4o-mini"),
    ]
    async with served({"a": at(first, region="us"), "b": at(second, region="eu")}, routes) as (url, _):
        assert (await ask(url))[0] == 200
        assert (len(first.requests), len(second.requests)) == (0, 1)
        assert (await ask(url, model="fast"))[0] == 200
        assert json.loads(first.requests[0])["model"] == "gpt-4o-mini"
        status, answer, _ = await ask(url, model="jane.doe@example.com")
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (404, "unknown_model", "model")
    assert "jane" not in json.dumps(answer)


async def test_keys_and_versions_as_the_kind_wants_them(two: tuple[Provider, Provider]) -> None:
    first, second = two
    first.body = {"type": "message", "content": [], "stop_reason": "end_turn"}
    providers = {"a": at(first, kind="anthropic"), "b": at(second, kind="azure-openai")}
    routes = [
        RouteSettings(models=("claude-*",), providers=("a",)),
        RouteSettings(models=("*",), providers=("b",)),
    ]
    async with served(providers, routes) as (url, _):
        assert (await ask(url, "/v1/messages", model="claude-1", max_tokens=5))[0] == 200
        assert (await ask(url))[0] == 200
    one, other = first.seen_headers[0], second.seen_headers[0]
    assert (one["x-api-key"], one["anthropic-version"]) == (f"sk-{id(first)}", "2023-06-01")
    assert other["api-key"] == f"sk-{id(second)}"
    for seen in (one, other):
        assert KEY not in json.dumps(seen)
        assert "Authorization" not in seen


BAD: list[tuple[dict[str, Any], str]] = [
    ({"providers": {"a": {"base_url": "http://127.0.0.1:1/v1"}}}, "private or not https"),
    ({"providers": {"a": {"base_url": "https://10.0.0.7/v1"}}}, "private or not https"),
    ({"providers": {"a": {"base_url": "https://localhost/v1"}}}, "private or not https"),
    ({"providers": {"a": {}}}, "base_url` is missing"),
    ({"providers": {"a": {"kind": "opneai"}}}, "no kind of provider"),
    ({"providers": {"a": {"kind": "openai"}}, "routes": []}, "`routes` is missing"),
    ({"providers": {"a": {"kind": "openai"}}, "routes": [{"models": ["*"], "providers": ["b"]}]}, "names b"),
    ({"providers": {"a": {"kind": "openai"}}, "upstream": {"base_url": "http://x/v1"}}, "both"),
    ({}, "no provider"),
]


@pytest.mark.parametrize(("values", "problem"), BAD, ids=lambda value: value if isinstance(value, str) else "")
async def test_what_cannot_be_used_is_refused_at_start(values: dict[str, Any], problem: str, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"routes": [{"models": ["*"], "providers": ["a"]}] if "providers" in values else [], **values}
    )
    with pytest.raises(ConfigurationError, match=problem):
        async with open_services(settings, engine("default")):
            pass


async def test_a_public_name_that_leads_to_a_private_address_is_not_called() -> None:
    providers = {"a": ProviderSettings(base_url="https://localtest.example/v1")}
    async with served(providers, [RouteSettings(models=("*",), providers=("a",))]) as (url, services):
        from aiohttp import TCPConnector

        from gateway.egress import PublicResolver

        connector = services.pool.providers["a"].session.connector
        assert isinstance(connector, TCPConnector)
        assert isinstance(connector._resolver, PublicResolver)
        assert (await ask(url))[0] == 502
