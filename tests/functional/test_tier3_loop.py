"""Scanning does not hold the event loop, with a model in the stream."""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from blockbuster import blockbuster_ctx

from gateway.models import opened
from gateway.models.pool import WorkerPool
from gateway.settings.tier3 import Tier3Settings
from tests.fakes.gateway import serve_gateway
from tests.fakes.provider import Provider, stream
from tests.functional.test_tier3 import SHOWN, TEXT, ask

STREAMS = 12
TURN_SECONDS_MAX = 0.005
PIECES = stream(re.findall(r"\s*\S+", TEXT))


@contextmanager
def turns(found: list[float]) -> Iterator[None]:
    """CPU seconds of each turn of the loop's callbacks on this thread."""
    original = asyncio.Handle._run

    def run(handle: asyncio.Handle) -> None:
        started = time.thread_time()
        original(handle)
        found.append(time.thread_time() - started)

    asyncio.Handle._run = run  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        asyncio.Handle._run = original  # type: ignore[method-assign]


async def longest(provider: Provider, policy: str) -> float:
    """The longest turn while many streams are read, all but the few that the rest of the machine makes long."""
    provider.pieces = PIECES
    found: list[float] = []
    tier3 = Tier3Settings(engine="embedded")
    async with serve_gateway(provider.base_url, policy=policy, tier3=tier3) as (url, _):
        await ask(url)
        gc.collect()
        gc.freeze()
        with turns(found), blockbuster_ctx("gateway"):
            answers = await asyncio.gather(*(ask(url) for _ in range(STREAMS)))
        gc.unfreeze()
    assert answers == [(SHOWN if policy == "strict" else TEXT, "")] * STREAMS
    found.sort()
    return found[-3]


async def test_a_model_in_the_stream_does_not_hold_the_loop(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "worker_pool", lambda *_: WorkerPool(workers=1, module="tests.fakes.name_worker"))
    without = await longest(provider, "default")
    with_model = await longest(provider, "strict")
    print(f"longest turns: {without * 1e3:.2f} ms without, {with_model * 1e3:.2f} ms with a model")
    assert with_model < TURN_SECONDS_MAX + without
