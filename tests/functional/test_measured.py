"""What `/metrics` says after real traffic: of streams, refusals, caches, queues, key services."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from gateway.errors.kms import KeyUnavailable
from gateway.kms.provider import KeyContext, ProviderConfig, Surroundings
from gateway.observe.metrics import Metrics
from gateway.tenant_keys.measured import measured
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, chunk, serve_provider, stream

PATIENCE_SECONDS = 20
PIECES = 300


def some(value: float) -> bool:
    return value >= 1


def none(value: float) -> bool:
    return value == 0


@dataclass
class Gateway:
    """One that serves, and what it says of itself."""

    url: str
    http: aiohttp.ClientSession
    provider: Provider

    async def ask(self, text: str = "hello", *, stream: bool = True) -> bytes:
        body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}]}
        async with self.http.post(f"{self.url}/v1/chat/completions", json=body) as response:
            return await response.read()

    async def value(self, name: str, **labels: str) -> float:
        """Of a series; 0 where it is not there yet."""
        async with self.http.get(f"{self.url}/metrics") as response:
            text = await response.text()
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        for line in text.splitlines():
            found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? ([0-9.e+-]+|NaN)", line)
            if found and set(filter(None, (found[1] or "").split(","))) == wanted:
                return float(found[2])
        return 0.0

    async def until(self, name: str, wanted: Callable[[float], bool], **labels: str) -> None:
        """Wait until a series is as it should be."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not wanted(found := await self.value(name, **labels)):
            assert time.monotonic() < deadline, f"{name} {labels} is {found}"
            await asyncio.sleep(0.02)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway() -> AsyncIterator[Gateway]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        serve_provider() as provider,
        serve_gateway(provider.base_url) as (url, _),
        aiohttp.ClientSession(headers=headers) as http,
    ):
        yield Gateway(url, http, provider)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_stream_is_counted_whole(gateway: Gateway) -> None:
    gateway.provider.pieces = stream([f"word {number} " for number in range(PIECES)])
    await gateway.ask("my mail is ann@example.com")
    await gateway.until("holdback_streams_total", some, outcome="whole")
    assert 1 <= await gateway.value("holdback_stream_chunks_total", direction="in") <= PIECES + 3
    assert await gateway.value("holdback_stream_chunks_total", direction="out") >= 1
    text = sum(len(f"word {number} ") for number in range(PIECES))
    assert await gateway.value("holdback_stream_characters_total") == text
    assert await gateway.value("holdback_first_text_seconds_count") == 1
    assert await gateway.value("holdback_added_delay_seconds_count") >= 1
    assert await gateway.value("holdback_provider_seconds_count", provider="upstream") == 1
    await gateway.until("holdback_provider_open", none, provider="upstream")
    labels = {"direction": "request", "entity": "EMAIL_ADDRESS", "action": "tokenize"}
    assert await gateway.value("holdback_findings_total", **labels) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_stream_that_breaks_and_one_that_is_left_are_told_apart(gateway: Gateway) -> None:
    gateway.provider.pieces = [chunk({"content": "half a sen"})]
    await gateway.ask()
    await gateway.until("holdback_streams_total", some, outcome="failed")
    assert await gateway.value("holdback_failures_total", code="upstream_unavailable") >= 1
    gateway.provider.pieces = [chunk({"content": "and on. "})] * 500
    gateway.provider.pause_seconds = 0.02
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    async with gateway.http.post(f"{gateway.url}/v1/chat/completions", json=body) as response:
        await response.content.readany()
        assert await gateway.value("holdback_provider_open", provider="upstream") == 1
        response.close()
    gateway.provider.pause_seconds = 0
    await gateway.until("holdback_streams_total", some, outcome="gone")


@pytest.mark.asyncio(loop_scope="module")
async def test_caches_queues_and_the_record_are_read(gateway: Gateway) -> None:
    gateway.provider.pieces = stream(["yes"])
    before = await gateway.value("holdback_cache_lookups_total", cache="scans", outcome="hit")
    for _ in range(2):
        await gateway.ask("a text that is sent again, by bob@example.com")
    assert await gateway.value("holdback_cache_lookups_total", cache="scans", outcome="hit") > before
    assert await gateway.value("holdback_queue_limit", queue="audit") > 0
    assert await gateway.value("holdback_audit_events_total") >= 1
    assert await gateway.value("holdback_audit_write_seconds_count") >= 1
    assert await gateway.value("holdback_audit_unavailable") == 0
    assert await gateway.value("holdback_memory_bytes") > 1 << 20
    await gateway.until("holdback_loop_lag_seconds_count", some)


class _Refusing:
    """A key service that is away."""

    key_ref = "ref"

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        return bytes(key)

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        raise KeyUnavailable

    async def close(self) -> None: ...


class _Config:
    key_ref = "ref"

    def public(self) -> dict[str, str]:
        return {}

    def identity(self) -> str:
        return ""


async def test_calls_to_key_services_are_counted_by_how_they_end() -> None:
    metrics = Metrics()
    config: ProviderConfig = _Config()
    one = measured(metrics.keys, lambda *_: _Refusing())("aws", config, Surroundings())
    assert one.key_ref == "ref"
    assert await one.wrap(b"k", KeyContext("t", 1)) == b"k"
    with pytest.raises(KeyUnavailable):
        await one.unwrap(b"k", KeyContext("t", 1))
    await one.close()
    value = metrics.registry.get_sample_value
    labels = {"provider": "aws", "operation": "unwrap"}
    assert value("holdback_kms_calls_total", {**labels, "outcome": "kms_unavailable"}) == 1
    assert value("holdback_kms_calls_total", {**labels, "operation": "wrap", "outcome": "ok"}) == 1
    assert value("holdback_kms_seconds_count", labels) == 1
