"""The end of a process: not ready, then nobody new, then streams to their end, then a word to what is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from gateway.server.app import make_app
from gateway.server.draining import drain
from gateway.services import Services, open_services
from gateway.settings import Settings, Upstream
from gateway.settings.serving import DrainSettings
from gateway.settings.stores import StoreSettings
from tests.fakes.gateway import KEY, NO_MODEL, engine
from tests.fakes.provider import Provider, stream

ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
HEADERS = {"Authorization": f"Bearer {KEY}"}
WORDS = ["Write to ", "jane@exam", "ple.com", " now. "]


@pytest.fixture
async def running(provider: Provider, tmp_path: Path) -> AsyncIterator[tuple[str, Services, web.AppRunner]]:
    settings = Settings(
        key=SecretStr(KEY),
        upstream=Upstream(base_url=provider.base_url),
        stores=StoreSettings(data_dir=str(tmp_path)),
        drain=DrainSettings(notice_seconds=0.5, seconds=1.5),
        tier3=NO_MODEL,
    )
    async with open_services(settings, engine("default")) as services:
        runner = web.AppRunner(make_app(services), access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", services, runner
        await runner.cleanup()


async def said(http: aiohttp.ClientSession, url: str) -> str:
    async with http.post(f"{url}/v1/chat/completions", json=ASK, headers=HEADERS) as answer:
        return await answer.text()


async def test_streams_end_well_or_with_a_word(
    running: tuple[str, Services, web.AppRunner], provider: Provider
) -> None:
    url, services, runner = running
    begun: list[int] = []
    provider.before = lambda number, *_: begun.append(number) if number == 0 else None
    async with aiohttp.ClientSession() as http:
        provider.pieces, provider.pause_seconds = stream(WORDS * 10), 0.02
        short = asyncio.create_task(said(http, url))
        while len(begun) < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        provider.pieces, provider.pause_seconds = stream(WORDS * 1000), 0.02
        long = asyncio.create_task(said(http, url))
        while len(begun) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        async with http.get(f"{url}/readyz") as ready:
            assert ready.status == 200
        draining = asyncio.create_task(drain(services, runner))
        await asyncio.sleep(0.1)
        async with http.get(f"{url}/readyz") as ready, http.get(f"{url}/healthz") as healthy:
            assert (ready.status, healthy.status) == (503, 200), "balancers look away, nobody is killed"
        provider.pieces = stream(["late"])
        assert "late" in await said(http, url), "who comes in time is served"
        await asyncio.sleep(0.6)
        async with aiohttp.ClientSession() as other:
            with pytest.raises(aiohttp.ClientConnectorError):
                await said(other, url)
        await draining
        ended, broken = await short, await long
    assert ended.rstrip().endswith("[DONE]")
    last = json.loads(broken.rstrip().rsplit("data: ", 1)[1])
    assert last["error"]["code"] == "gateway_stopping"
    assert "[DONE]" not in broken
    for text in (ended, broken):
        assert "[EMAIL_ADDRESS]" in text
        assert "jane@" not in text
    assert len(services.open_requests) == 0


async def test_a_connection_that_stays_gets_a_clear_no(running: tuple[str, Services, web.AppRunner]) -> None:
    url, services, _ = running
    services.admission.stop()
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/v1/chat/completions", json=ASK, headers=HEADERS) as answer,
    ):
        assert answer.status == 503
        assert (await answer.json())["error"]["code"] == "gateway_stopping"
        assert answer.headers["Retry-After"] == "1"
        assert "x-should-retry" not in answer.headers
