"""Tier 3 in the gateway: workers and sidecars that fail in mid-stream let nothing unscanned out."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from gateway.models import opened
from gateway.models.pool import WorkerPool
from gateway.settings.tier3 import Tier3Settings
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.name_worker import PERSON
from tests.fakes.provider import Provider, stream

SENTENCES = 40
SENTENCE = "In chapter {} the captain of the ship, JONAS, met MIRANDA at the harbour of the town."
TEXT = " ".join(SENTENCE.format(number) for number in range(SENTENCES))
SHOWN = PERSON.sub("[PERSON]", TEXT)
DELTAS = re.findall(r"\s*\S+", TEXT)
MIDDLE = len(DELTAS) // 2


class Pools:
    """The pools that the gateway has opened, with workers of the tests."""

    def __init__(self) -> None:
        self.open: list[WorkerPool] = []

    def make(self, settings: Tier3Settings, *_: object) -> WorkerPool:
        made = WorkerPool(
            workers=settings.workers, deadline_seconds=settings.deadline_seconds, module="tests.fakes.name_worker"
        )
        self.open.append(made)
        return made

    def signal(self, number: signal.Signals) -> None:
        """To the worker."""
        os.kill(self.open[0].processes[0].pid, number)


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> Pools:
    made = Pools()
    monkeypatch.setattr(opened, "worker_pool", made.make)
    return made


class Sidecar:
    """Another program behind the REST contract of presidio-analyzer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.texts: list[str] = []
        self.wrong: object = None
        self.port = 0

    async def analyze(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert asked["language"] == "en"
        self.texts.append(asked["text"])
        if self.wrong is not None:
            return web.json_response(self.wrong)
        found = PERSON.finditer(asked["text"])
        return web.json_response(
            [{"entity_type": "PERSON", "start": m.start(), "end": m.end(), "score": 0.85} for m in found]
        )

    @asynccontextmanager
    async def served(self) -> AsyncIterator[web.AppRunner]:
        app = web.Application()
        app.router.add_post("/analyze", self.analyze)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(self.path)).start()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = next(address[1] for address in runner.addresses if isinstance(address, tuple))
        try:
            yield runner
        finally:
            await runner.cleanup()


async def ask(url: str, content: str = "Hi") -> tuple[str, str]:
    """The streamed text, and the code of the error that ended it."""
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": content}]}
    text, code = "", ""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
        http.post(f"{url}/v1/chat/completions", json=body) as answer,
    ):
        async for line in answer.content:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[6:])
            code = event.get("error", {}).get("code", code)
            for choice in event.get("choices", ()):
                text += choice["delta"].get("content") or ""
    return text, code


def settings(**more: object) -> Tier3Settings:
    return Tier3Settings.model_validate({"engine": "embedded", "deadline_seconds": 0.7, **more})


async def test_names_in_a_stream_are_redacted(provider: Provider, pools: Pools) -> None:
    provider.pieces = stream(DELTAS)
    async with serve_gateway(provider.base_url, policy="strict", tier3=settings()) as (url, _):
        assert await ask(url) == (SHOWN, "")
    provider.pieces = stream([TEXT])
    async with serve_gateway(provider.base_url, policy="strict", tier3=settings(workers=2)) as (url, _):
        assert await ask(url) == (SHOWN, "")


async def test_default_lets_names_of_the_world_pass_at_once(provider: Provider, pools: Pools) -> None:
    provider.pieces = stream(DELTAS)
    async with serve_gateway(provider.base_url, tier3=settings()) as (url, _):
        assert await ask(url, "I am JONAS.") == (TEXT, "")
    assert b"JONAS" not in provider.requests[0]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_that_dies_or_hangs_in_mid_stream(
    provider: Provider, pools: Pools, number: signal.Signals
) -> None:
    provider.pieces = stream(DELTAS)
    provider.before = lambda at, *_: pools.signal(number) if at == MIDDLE else None
    async with serve_gateway(provider.base_url, policy="strict", tier3=settings()) as (url, _):
        assert await ask(url) == (SHOWN, "")


async def test_a_segment_that_cannot_be_scanned_ends_the_stream(provider: Provider, pools: Pools) -> None:
    provider.pieces = stream([*DELTAS[:MIDDLE], " Here is the poison of JONAS and MIRANDA.", *DELTAS[MIDDLE:]])
    async with serve_gateway(provider.base_url, policy="strict", tier3=settings()) as (url, _):
        text, code = await ask(url)
    assert code == "inspection_failed"
    assert "JONAS" not in text
    assert "MIRANDA" not in text
    assert SHOWN.startswith(text)


async def test_a_request_that_cannot_be_scanned_is_not_forwarded(provider: Provider, pools: Pools) -> None:
    async with (
        serve_gateway(provider.base_url, tier3=settings()) as (url, _),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
        http.post(
            f"{url}/v1/chat/completions",
            json={"model": "m", "messages": [{"role": "user", "content": "This is the poison of JONAS."}]},
        ) as answer,
    ):
        assert answer.status == 500
        assert (await answer.json())["error"]["code"] == "inspection_failed"
    assert provider.requests == []


@pytest.mark.parametrize("over", ["socket", "network"])
async def test_a_sidecar_by_presidios_contract(provider: Provider, tmp_path: Path, over: str) -> None:
    sidecar = Sidecar(tmp_path / "ner.sock")
    provider.pieces = stream(DELTAS)
    async with sidecar.served():
        place = f"unix://{sidecar.path}" if over == "socket" else f"http://127.0.0.1:{sidecar.port}"
        tier3 = settings(engine="sidecar", sidecar_url=place, deadline_seconds=5)
        async with serve_gateway(provider.base_url, policy="strict", tier3=tier3) as (url, _):
            assert await ask(url, "I am JONAS.") == (SHOWN, "")
    assert b"JONAS" not in provider.requests[0]
    assert len(sidecar.texts) > 10


async def test_a_sidecar_that_stops_in_mid_stream(provider: Provider, tmp_path: Path) -> None:
    sidecar = Sidecar(tmp_path / "ner.sock")
    provider.pieces = stream(DELTAS)
    tier3 = settings(engine="sidecar", sidecar_url=f"unix://{sidecar.path}", deadline_seconds=0.3)
    async with sidecar.served() as runner, serve_gateway(provider.base_url, policy="strict", tier3=tier3) as (url, _):

        async def stop(at: int, *_: object) -> None:
            if at == MIDDLE:
                await asyncio.sleep(0.3)
                await runner.cleanup()

        provider.before = stop
        text, code = await ask(url)
    assert code == "inspection_failed"
    assert 0 < len(text) < len(SHOWN)
    assert SHOWN.startswith(text)


WRONG = (
    {"error": "no"},
    [{"entity_type": "PERSON", "start": 0, "end": 10**6, "score": 1}],
    [{"entity_type": "PERSON", "start": "0", "end": 3, "score": 1}],
)


@pytest.mark.parametrize("wrong", WRONG)
async def test_an_answer_outside_the_contract_is_none(provider: Provider, tmp_path: Path, wrong: object) -> None:
    sidecar = Sidecar(tmp_path / "ner.sock")
    sidecar.wrong = wrong
    provider.pieces = stream(DELTAS)
    tier3 = settings(engine="sidecar", sidecar_url=f"unix://{sidecar.path}")
    async with sidecar.served(), serve_gateway(provider.base_url, policy="strict", tier3=tier3) as (url, _):
        text, code = await ask(url, "call me")
    assert (text, code) == ("", "inspection_failed")


async def test_history_is_not_scanned_again(provider: Provider, tmp_path: Path) -> None:
    sidecar = Sidecar(tmp_path / "ner.sock")
    provider.pieces = stream(["fine"])
    tier3 = settings(engine="sidecar", sidecar_url=f"unix://{sidecar.path}")
    turns = [{"role": "user", "content": f"Turn {n}: JONAS met MIRANDA at the harbour of the town."} for n in range(12)]
    async with (
        sidecar.served(),
        serve_gateway(provider.base_url, tier3=tier3) as (url, services),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
    ):
        for count in range(1, len(turns) + 1):
            body = {"model": "m", "stream": True, "messages": turns[:count]}
            async with http.post(f"{url}/v1/chat/completions", json=body) as answer:
                await answer.read()
        assert len(sidecar.texts) == len(turns), "each turn once"
        assert services.memory.hits >= len(turns)
    assert not any(b"JONAS" in request for request in provider.requests)
