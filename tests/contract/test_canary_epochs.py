"""Epochs of canaries, on both databases: shared by replicas, turned once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from gateway.errors.stores import StoreUnavailable
from gateway.stores.database import Database, open_database
from gateway.stores.tables.canary_epochs import FRESH_SECONDS, CanaryEpochs

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def test_replicas_turn_an_epoch_once_and_follow_each_other(database: Database) -> None:
    clock = [0.0]
    replicas = [CanaryEpochs(database, lambda: clock[0]) for _ in range(4)]
    assert [await one.of("t", "a") for one in replicas] == [0] * 4
    for epoch in (0, 1):
        turned = await asyncio.gather(*(one.turn("t", "a", epoch, NOW) for one in replicas for _ in range(3)))
        assert turned.count(True) == 1
    assert await replicas[0].of("t", "a") == 2
    assert await replicas[0].of("t", "b") == await replicas[0].of("u", "a") == 0
    fresh = CanaryEpochs(database, lambda: clock[0])
    assert await fresh.of("t", "a") == 2, "a restart forgets nothing"
    await replicas[0].turn("t", "a", 2, NOW)
    assert await fresh.of("t", "a") == 2, "read again only when it is old"
    clock[0] += FRESH_SECONDS
    assert await fresh.of("t", "a") == 3
    assert not await fresh.turn("t", "a", 1, NOW), "a word of long ago turns nothing"


async def test_an_outage_goes_on_with_what_is_known(database: Database, empty_url: str) -> None:
    clock = [0.0]
    epochs = CanaryEpochs(database, lambda: clock[0])
    await epochs.turn("t", "a", 0, NOW)
    assert await epochs.of("t", "a") == 1
    gone = open_database("postgresql://nobody@127.0.0.1:1/none")
    epochs._database = gone
    clock[0] += FRESH_SECONDS
    assert await epochs.of("t", "a") == 1
    with pytest.raises(StoreUnavailable):
        await epochs.of("t", "unknown")
    await gone.close()
