"""What is open of a tenant ends with its key: at once after a revocation, later after a seal, in words."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.errors.kms import KeyDenied
from gateway.errors.stores import StoreUnavailable
from gateway.kms.local import LocalProvider
from gateway.server import open_request, proxy
from gateway.server.caller import caller_of
from gateway.settings.keys import KeySettings
from tests.fakes.control import Control, Person, serve_control
from tests.fakes.gateway import KEY
from tests.fakes.provider import Provider, chunk, serve_provider

LOCAL = {"provider": "local", "kms_key_ref": "local:acme", "config": {}}
SEALED_SECONDS = 0.3
BODY = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "I am jane.doe@example.com"}]}


@dataclass
class World:
    """A gateway in front of a provider that never comes to its end, and a tenant that asks."""

    control: Control
    owner: Person
    provider: Provider
    tenant: str = ""

    async def ask(self) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {KEY}"}
        url = f"{self.control.url}/v1/chat/completions"
        return await self.control.http.post(url, json=BODY, headers=headers)

    async def act(self, path: str, action: str) -> None:
        step_up = await self.owner.step_up(action)
        status, answer = await self.owner.call("POST", f"/admin/tenant-kms{path}", step_up=step_up)
        assert status == 200, answer


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with serve_provider() as provider:
        provider.pieces, provider.pause_seconds = [chunk({"content": "word "})] * 1000, 0.02
        keys = KeySettings(sealed_stream_seconds=SEALED_SECONDS)
        async with serve_control(tmp_path, upstream=provider.base_url, keys=keys) as control:
            owner = await control.owner("acme")
            made = World(control, owner, provider, owner.tenant_id)
            for module in (proxy, open_request):
                monkeypatch.setattr(module, "caller_of", lambda one: replace(caller_of(one), tenant=made.tenant))
            assert (await owner.call("POST", "/admin/tenant-kms", LOCAL))[0] == 200
            yield made


async def last_words(answer: aiohttp.ClientResponse) -> tuple[str, float]:
    """The code in the last event of a stream, and how long that took."""
    started = time.monotonic()
    async with asyncio.timeout(10):
        events = (await answer.read()).strip().split(b"\n\n")
    assert b"[DONE]" not in events[-1]
    return json.loads(events[-1].removeprefix(b"data: "))["error"]["code"], time.monotonic() - started


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in code that knows nothing of tests
            await asyncio.sleep(0.01)


async def closed(provider: Provider) -> None:
    await until(lambda: provider.closed > 0)


async def test_a_revocation_ends_a_stream_and_what_has_not_begun(world: World) -> None:
    answer = await world.ask()
    await answer.content.readany()
    world.provider.delay_seconds = 30
    waiting = asyncio.create_task(world.ask())
    await until(lambda: len(world.control.services.open_requests) == 2)
    await world.act("/versions/1/revoke", "kms.revoke")
    code, seconds = await last_words(answer)
    assert code == "key_revoked"
    assert seconds < 2
    refused = await waiting
    assert (refused.status, (await refused.json())["error"]["code"]) == (503, "key_revoked")
    await closed(world.provider)
    assert len(world.control.services.open_requests) == 0


async def test_only_what_hangs_on_the_version_ends(world: World) -> None:
    old = await world.ask()
    await world.act("/rotate", "kms.rotate")
    await world.act("/versions/1/revoke", "kms.revoke")
    assert (await last_words(old))[0] == "key_revoked"
    new = await world.ask()
    await new.content.readany()
    await world.act("/rotate", "kms.rotate")
    world.tenant = (await world.control.owner("other")).tenant_id
    other = await world.ask()
    await asyncio.sleep(0.7)
    assert len(world.control.services.open_requests) == 2
    for one in (new, other):
        assert b"error" not in await one.content.readany()
        one.close()


async def test_a_seal_ends_a_stream_later_and_the_provider_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await world.ask()
    await answer.content.readany()

    async def denied(*_: object) -> bytearray:
        raise KeyDenied

    monkeypatch.setattr(LocalProvider, "unwrap", denied)
    # Nobody else asks: the stream itself finds out, when the key's time is over.
    world.control.services.control.keys.keyring.ring.cache.revoke_where(lambda _: True)
    world.control.services.memory.put(b"x", ())
    code, seconds = await last_words(answer)
    assert code == "tenant_sealed"
    assert seconds >= SEALED_SECONDS
    assert len(world.control.services.memory) == 0
    await closed(world.provider)
    refused = await world.ask()
    assert (refused.status, (await refused.json())["error"]["code"]) == (503, "tenant_sealed")
    assert refused.headers["Retry-After"]


async def test_a_seal_that_passes_ends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await world.ask()
    requests, keyring = world.control.services.open_requests, world.control.services.control.keys.keyring
    keyring.ring.seals.failed(world.tenant, KeyDenied())
    await keyring.ring.seals.unseal(world.tenant)
    await asyncio.sleep(SEALED_SECONDS * 2)
    assert len(requests) == 1
    answer.close()


async def test_a_replica_that_lost_the_database_ends_streams(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await world.ask()

    async def gone(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(world.control.services.stores.keys, "changed_since", gone)
    code, seconds = await last_words(answer)
    assert code == "revocations_unknown"
    assert seconds < 4


async def test_a_client_that_does_not_read_is_left(world: World) -> None:
    world.provider.pieces, world.provider.pause_seconds = [chunk({"content": "word " * 10_000})] * 2000, 0.0
    answer = await world.ask()
    await until(lambda: len(world.control.services.open_requests) == 1)
    await asyncio.sleep(0.3)
    await world.act("/versions/1/revoke", "kms.revoke")
    await until(lambda: len(world.control.services.open_requests) == 0)
    answer.close()


async def test_nothing_more_is_said_after_the_end(world: World) -> None:
    events: list[Any] = []
    requests = world.control.services.open_requests
    world.control.services.control.events.attach(events.append)
    answer = await world.ask()
    assert requests.cut(world.tenant, KeyDenied) == 1
    assert requests.cut(world.tenant, KeyDenied) == 0
    assert (await last_words(answer))[0] == "kms_denied"
    assert [event.details["count"] for event in events if event.action == "streams.cut"] == [1]
