"""Two replicas on one PostgreSQL and one Redis: rotating at once, and a revocation that both know of in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from gateway.errors import GatewayError
from gateway.errors.kms import KeyRevoked, TenantSealed
from gateway.errors.stores import Conflict, NotFound, StoreUnavailable
from gateway.errors.tenant_keys import RevocationsUnknown
from gateway.kms.ring import KeyName
from gateway.kms.sealed import Seals, SealState
from gateway.observe.events import ControlEvents
from gateway.open_requests import OpenRequests
from gateway.stores.tables.key_tables import ACTIVE
from gateway.tenant_keys.changes import KeyChange, What
from gateway.vault.keys import Purpose
from tests import servers
from tests.contract.databases import new_postgres
from tests.fakes.replicas import Replica, choice, replica

WITHIN_SECONDS = 2.0
Pair = tuple[Replica, Replica, servers.RedisServer]


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[Pair]:
    url = await new_postgres(postgres_url)
    with servers.redis() as redis:
        async with replica(url, redis.url) as one, replica(url, redis.url) as two:
            yield one, two, redis


async def opens(replica: Replica, tenant: str, version: int) -> bool:
    try:
        with await replica.keys.keyring.lease(tenant, version) as lease:
            return len(lease.key) == 32
    except KeyRevoked:
        return False


async def until_closed(replica: Replica, tenant: str, version: int) -> float:
    started = time.monotonic()
    while await opens(replica, tenant, version):
        assert time.monotonic() - started < 10
        await asyncio.sleep(0.01)
    return time.monotonic() - started


async def test_of_two_that_rotate_one_wins(pair: Pair) -> None:
    one, two, _ = pair
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    await two.keys.keyring.versions(tenant)
    for round_ in range(5):
        calls = [replica.keys.lifecycle.rotate(tenant) for replica in (one, two)]
        done = await asyncio.gather(*calls, return_exceptions=True)
        failures = [found for found in done if isinstance(found, BaseException)]
        assert [type(found) for found in failures] in ([], [Conflict])
        versions = await one.stores.keys.versions(tenant)
        assert [version.status for version in versions].count(ACTIVE) == 1
        assert len(versions) == round_ + 2 or not failures
        await asyncio.gather(one.keys.keyring.refresh(), two.keys.keyring.refresh())
        if failures:
            assert Conflict.status == 409
            break
    else:
        pytest.fail("they never met")


@pytest.mark.parametrize("with_redis", [True, False])
async def test_a_revocation_is_known_in_both_in_time(pair: Pair, with_redis: bool) -> None:
    one, two, redis = pair
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    await one.keys.records.put(tenant, Purpose.SECRET, "x", b"value")
    await one.keys.lifecycle.rotate(tenant)
    await asyncio.sleep(0.6)
    assert await opens(two, tenant, 1)
    assert await two.keys.records.get(tenant, Purpose.SECRET, "x") == b"value"
    cut: list[GatewayError] = []
    register = OpenRequests(two.keys.keyring, ControlEvents())
    two.keys.keyring.changes.attach(register.heard)
    stack = ExitStack()
    stack.enter_context(register.enter(tenant)).on_cut = cut.append
    if not with_redis:
        redis.stop()
    await one.keys.lifecycle.revoke(tenant, 1)
    assert not await opens(one, tenant, 1)
    assert await until_closed(two, tenant, 1) < WITHIN_SECONDS
    assert [type(error) for error in cut] == [KeyRevoked], "a stream in the other replica"
    stack.close()
    for replica_ in (one, two):
        with pytest.raises((KeyRevoked, NotFound)):
            await replica_.keys.records.get(tenant, Purpose.SECRET, "x")
        assert await opens(replica_, tenant, 2)


async def use_for(seconds: float, replica: Replica, tenant: str) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await opens(replica, tenant, 1)
        await asyncio.sleep(0.02)


async def test_a_replica_that_is_cut_off_uses_no_key(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, _ = pair
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    assert await opens(two, tenant, 1)

    async def gone(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(two.stores.keys, "changed_since", gone)
    started = time.monotonic()
    with pytest.raises(RevocationsUnknown) as caught:
        await use_for(5, two, tenant)
    assert time.monotonic() - started < 3
    assert caught.value.status == 503
    assert await opens(one, tenant, 1)
    # What is said by the other replica is done without the database, too.
    heard: list[KeyChange] = []
    two.keys.keyring.changes.attach(heard.append)
    await one.keys.lifecycle.rotate(tenant)
    await one.keys.lifecycle.revoke(tenant, 1)
    await asyncio.sleep(0.2)
    assert KeyChange(tenant, What.REVOKED, 1) in heard
    assert two.keys.keyring.ring.cache.remaining(KeyName(tenant, 1)) == 0
    monkeypatch.undo()
    await asyncio.sleep(1.1)
    assert await opens(two, tenant, 2)


async def turns(seals: Seals, tenant: str, state: SealState, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while seals.state(tenant)[0] is not state and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return seals.state(tenant)[0] is state


async def test_a_refusal_that_one_replica_meets_makes_the_other_ask(pair: Pair) -> None:
    one, two, _ = pair
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    assert await opens(one, tenant, 1)
    assert await opens(two, tenant, 1)
    seals = two.keys.keyring.ring.seals
    for fault, is_sealed in (("unavailable", False), ("denied", True)):
        one.service.faults["local:acme"] = two.service.faults["local:acme"] = fault
        one.keys.keyring.ring.cache.revoke_where(lambda _: True)
        with pytest.raises(TenantSealed):
            await one.keys.keyring.lease(tenant, 1)
        assert await turns(seals, tenant, SealState.SEALED, 3 if is_sealed else 0.5) == is_sealed, "an outage, or a no"
        if not is_sealed:
            one.service.faults.clear()
            two.service.faults.clear()
            await one.keys.lifecycle.unseal(tenant)
            await asyncio.sleep(2.1)  # the error is known for so long
            assert await opens(two, tenant, 1)
    one.service.faults.clear()
    two.service.faults.clear()
    await one.keys.lifecycle.unseal(tenant)
    assert await turns(seals, tenant, SealState.OPEN, 3), "a grant is heard of, too"
