"""What goes on in the background: sealing anew, rotations that are due, seals that outlive a process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.errors.tenant_keys import RotationRefused
from gateway.tenant_keys import records as records_module
from gateway.tenant_keys.records import Progress
from gateway.vault.keys import Purpose
from tests.fakes.replicas import Replica, choice, now, replica


@pytest.fixture
async def one(empty_url: str) -> AsyncIterator[Replica]:
    async with replica(empty_url) as opened:
        yield opened


async def test_what_cannot_be_opened_keeps_nothing_else_from_being_sealed_anew(
    one: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a batch of records hang on a key service that is gone, and some are damaged: both come first."""
    monkeypatch.setattr(records_module, "BATCH", 3)
    tenant, records = await one.tenant(), one.keys.records
    for version, name in ((1, "gone"), (2, "kept"), (3, "new")):
        await one.keys.lifecycle.onboard(tenant, choice(name))
        for number in range(5 if version < 3 else 0):
            await records.put(tenant, Purpose.SECRET, f"{version}-{number}", b"value")
    async with one.stores.database.write() as connection:
        await connection.execute(text("UPDATE sealed_records SET sealed = 'x' WHERE name = '2-0'"))
    one.service.faults["local:gone"] = "gone"
    one.keys.keyring.ring.cache.revoke_where(lambda _: True)
    while await records.reseal(tenant):
        pass
    assert await records.progress(tenant) == Progress({1: 5, 2: 1, 3: 4}, 6)
    assert await records.get(tenant, Purpose.SECRET, "2-4") == b"value"
    del one.service.faults["local:gone"]
    one.keys.keyring.ring.cache.revoke_where(lambda _: True)
    while await records.reseal(tenant):
        pass
    assert await records.progress(tenant) == Progress({2: 1, 3: 9}, 1)


async def test_rotation_by_the_calendar(one: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "PAGE", 2)
    tenants = [await one.tenant(slug) for slug in ("a", "b", "c")]
    for tenant in tenants:
        await one.keys.lifecycle.onboard(tenant, choice(tenant.replace("_", "-"), rotate_every_days=30))
    await one.keys.lifecycle.onboard(await one.tenant("never"), choice("never"))
    assert await one.stores.keys.due(now() + timedelta(days=29)) == []
    assert await one.stores.keys.due(now() + timedelta(days=31)) == sorted(tenants)
    assert await one.keys.keeper.once() == 0
    one.keys.keyring.now = lambda: now() + timedelta(days=31)
    first, second, *_ = sorted(tenants)
    for tenant in (first, second):
        one.service.faults[f"local:{tenant.replace('_', '-')}"] = "unavailable"
    done = [await one.keys.keeper.once() for _ in range(4)]
    assert done == [0, 1, 0, 0], "two that fail, then the one behind them; then nobody tries for a while"
    assert [len(await one.stores.keys.versions(tenant)) for tenant in sorted(tenants)] == [1, 1, 2]


async def test_a_seal_of_another_replica_is_lifted_and_outlives_none(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    await one.stores.keys.note_seal(tenant, now(), "access_denied", now())
    assert await one.stores.keys.sealed() == [(tenant, "access_denied")]
    with pytest.raises(RotationRefused):
        await one.keys.lifecycle.rotate(tenant)
    await one.keys.lifecycle.unseal(tenant)
    assert await one.stores.keys.sealed() == []
    # A process that starts finds the seal of one that died, and tries it by itself.
    await one.stores.keys.note_seal(tenant, now(), "unreachable", now())
    await one.keys.keyring.restore_seals()
    assert one.keys.keyring.ring.seals.sealed() == [tenant]
    await one.keys.keyring.ring.seals.retry_due()
    await one.keys.keyring.settle()
    assert await one.stores.keys.sealed() == []
    assert one.keys.keyring.ring.seals.sealed() == []
