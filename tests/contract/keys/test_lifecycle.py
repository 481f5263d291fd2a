"""Onboarding, rotation, revocation: on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from gateway.errors.kms import KeyRevoked, KmsConfigInvalid, KmsVerifyFailed, TenantSealed
from gateway.errors.stores import Conflict, NotFound
from gateway.errors.tenant_keys import NoKmsConfig, NotSealed, RotationRefused, UnsealFailed
from gateway.errors.vault import SealedDataUnreadable
from gateway.stores.tables.key_tables import ACTIVE, RETIRED, REVOKED, TENANT_KEYS
from gateway.stores.tables.keys import NewVersion, Wrapping
from gateway.tenant_keys import records as records_module
from gateway.tenant_keys.lifecycle import Onboarding
from gateway.tenant_keys.records import Progress
from gateway.tenant_keys.wrapping import WrapMethod
from gateway.vault.keys import CipherName, Purpose
from tests.fakes.replicas import Replica, choice, now, replica


@pytest.fixture
async def one(empty_url: str) -> AsyncIterator[Replica]:
    async with replica(empty_url) as opened:
        yield opened


async def states(replica: Replica, tenant: str) -> list[tuple[int, str]]:
    return [(v.version, v.status) for v in await replica.stores.keys.versions(tenant)]


async def root(replica: Replica, tenant: str, version: int) -> bytes:
    with await replica.keys.keyring.lease(tenant, version) as lease:
        return bytes(lease.key)


async def test_a_tenant_that_never_chose_has_a_key(one: Replica) -> None:
    tenant = await one.tenant()
    tries = await asyncio.gather(*(one.keys.keyring.versions(tenant) for _ in range(8)))
    assert {found[0].id for found in tries} == {tries[0][0].id}
    assert await states(one, tenant) == [(1, ACTIVE)]
    assert await one.stores.keys.config(tenant) is None
    with pytest.raises(NoKmsConfig):
        await one.keys.lifecycle.unseal(tenant)


async def test_keys_are_random_and_wrapped(one: Replica) -> None:
    first, second = await one.tenant("a"), await one.tenant("b")
    roots = []
    for tenant in (first, second):
        await one.keys.lifecycle.onboard(tenant, choice(tenant.replace("_", "-")))
        await one.keys.lifecycle.rotate(tenant)
        roots += [await root(one, tenant, version) for version in (1, 2)]
        for version in await one.stores.keys.versions(tenant):
            assert version.wrapped is not None
            assert all(found not in version.wrapped for found in roots)
            assert "wrapped" not in repr(version)
    assert len(set(roots)) == 4


async def test_rotation_retires_and_old_versions_still_open(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    before = await root(one, tenant, 1)
    for _ in range(3):
        await one.keys.lifecycle.rotate(tenant)
    assert await states(one, tenant) == [(4, ACTIVE), (3, RETIRED), (2, RETIRED), (1, RETIRED)]
    assert await root(one, tenant, 1) == before
    version, lease = await one.keys.keyring.active(tenant)
    with lease:
        assert version.version == 4


async def test_the_database_holds_one_active_version(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.keyring.versions(tenant)
    [first] = await one.stores.keys.versions(tenant)
    values = {
        "id": "key_x",
        "tenant_id": tenant,
        "version": 2,
        "status": ACTIVE,
        "method": "global",
        "provider": "local",
    }
    values |= {"key_ref": "local:global", "config": "{}", "wrapped": b"x", "created_at": now(), "epoch": 1}

    async def insert(**changes: object) -> None:
        async with one.stores.database.write() as connection:
            await connection.execute(TENANT_KEYS.insert().values(values | changes))

    for changes in ({}, {"status": REVOKED}, {"status": RETIRED, "wrapped": None}, {"status": RETIRED, "version": 1}):
        with pytest.raises(Conflict):
            await insert(**changes)
    await insert(status=RETIRED)
    assert first.status == ACTIVE


async def test_a_failed_probe_leaves_everything(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("old"))
    config = await one.stores.keys.config(tenant)
    for fault in ("denied", "gone", "unavailable"):
        one.service.faults["local:new"] = fault
        with pytest.raises(KmsVerifyFailed):
            await one.keys.lifecycle.onboard(tenant, choice("new"))
        assert await one.stores.keys.config(tenant) == config
        assert await states(one, tenant) == [(1, ACTIVE)]
    del one.service.faults["local:new"]
    await one.keys.lifecycle.onboard(tenant, choice("new"))
    assert await states(one, tenant) == [(2, ACTIVE), (1, RETIRED)]


async def test_a_key_of_another_tenant_is_a_conflict(one: Replica) -> None:
    first, second = await one.tenant("a"), await one.tenant("b")
    await one.keys.lifecycle.onboard(first, choice("same"))
    with pytest.raises(Conflict):
        await one.keys.lifecycle.onboard(second, choice("same"))
    assert await states(one, second) == []
    await one.keys.lifecycle.onboard(first, choice("same"))  # one's own is none


async def test_the_external_id_is_ours_and_one_per_tenant(one: Replica) -> None:
    first, second = await one.tenant("a"), await one.tenant("b")
    wrappings = one.keys.keyring.wrappings
    assert wrappings.external_id(first) != wrappings.external_id(second)
    config = {"region": "eu-west-1", "role_arn": "arn:aws:iam::123456789012:role/holdback"}
    key = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012"
    chosen = wrappings.choose(first, WrapMethod.CUSTOMER, "aws", key, config)
    assert chosen.wrapping.config["external_id"] == wrappings.external_id(first)
    assert chosen.identity == f"aws:{config['role_arn']}"
    given = {**config, "external_id": wrappings.external_id(second)}
    with pytest.raises(KmsConfigInvalid):
        wrappings.choose(first, WrapMethod.CUSTOMER, "aws", key, given)


async def test_methods_that_are_not_there(one: Replica) -> None:
    tenant = await one.tenant()
    with pytest.raises(KmsConfigInvalid):
        await one.keys.lifecycle.onboard(tenant, Onboarding(WrapMethod.OPERATOR, "", "", {}))
    await one.keys.lifecycle.onboard(tenant, Onboarding(WrapMethod.GLOBAL, "", "", {}))
    assert await states(one, tenant) == [(1, ACTIVE)]


async def test_records_are_sealed_anew_in_batches(one: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "BATCH", 10)
    tenant, records = await one.tenant(), one.keys.records
    for number in range(25):
        await records.put(tenant, Purpose.SECRET, f"name {number}", f"value {number}".encode())
    await one.keys.lifecycle.rotate(tenant)
    assert await records.progress(tenant) == Progress({1: 25}, 25)
    assert await one.stores.keys.behind() == [tenant]
    assert await one.stores.keys.behind(after=tenant) == []
    done = [await records.reseal(tenant) for _ in range(4)]
    assert done == [10, 10, 5, 0]
    assert await records.progress(tenant) == Progress({2: 25}, 0)
    assert await one.stores.keys.behind() == []
    for number in range(25):
        assert await records.get(tenant, Purpose.SECRET, f"name {number}") == f"value {number}".encode()
    with pytest.raises(NotFound):
        await records.get(tenant, Purpose.LEDGER, "name 1")


async def test_a_record_that_was_sealed_anew_goes_with_its_first_version(one: Replica) -> None:
    tenant, records = await one.tenant(), one.keys.records
    await records.put(tenant, Purpose.LEDGER, "old", b"1")
    await one.keys.lifecycle.rotate(tenant)
    await records.put(tenant, Purpose.LEDGER, "new", b"2")
    await records.reseal(tenant)
    await one.keys.lifecycle.revoke(tenant, 1)
    with pytest.raises(NotFound):
        await records.get(tenant, Purpose.LEDGER, "old")
    assert await records.get(tenant, Purpose.LEDGER, "new") == b"2"


async def test_a_record_is_bound_to_its_place(one: Replica) -> None:
    first, second = await one.tenant("a"), await one.tenant("b")
    await one.keys.records.put(first, Purpose.SECRET, "x", b"secret")
    await one.keys.records.put(second, Purpose.SECRET, "x", b"other")
    async with one.stores.database.write() as connection:
        move = "UPDATE sealed_records SET sealed = (SELECT sealed FROM sealed_records WHERE tenant_id = :a)"
        await connection.execute(text(move), {"a": first})
    with pytest.raises(SealedDataUnreadable):
        await one.keys.records.get(second, Purpose.SECRET, "x")


async def test_revocation_erases_for_good(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    await one.keys.lifecycle.rotate(tenant)
    assert await root(one, tenant, 1)
    await one.keys.lifecycle.revoke(tenant, 1)
    with pytest.raises(KeyRevoked):
        await root(one, tenant, 1)
    with pytest.raises(Conflict):
        await one.keys.lifecycle.revoke(tenant, 1)
    with pytest.raises(NotFound):
        await one.keys.lifecycle.revoke(tenant, 9)
    assert await states(one, tenant) == [(2, ACTIVE), (1, REVOKED)]
    assert (await one.stores.keys.versions(tenant))[1].wrapped is None
    await one.keys.lifecycle.revoke(tenant, 2)
    for call in (one.keys.keyring.active(tenant), one.keys.lifecycle.unseal(tenant), one.keys.lifecycle.rotate(tenant)):
        with pytest.raises((KeyRevoked, RotationRefused)):
            await call
    added = await one.keys.lifecycle.onboard(tenant, choice("acme"))
    assert added.version == 3, "a number is never used twice"
    assert await root(one, tenant, 3)


async def test_a_refusal_seals_and_a_grant_unseals(one: Replica) -> None:
    tenant, other = await one.tenant(), await one.tenant("other")
    await one.keys.lifecycle.onboard(tenant, choice("acme"))
    await one.keys.lifecycle.onboard(other, choice("other"))
    one.service.faults["local:acme"] = "denied"
    assert await root(one, other, 1)
    with pytest.raises(TenantSealed) as caught:
        await root(one, tenant, 1)
    assert (caught.value.status, caught.value.code) == (503, "tenant_sealed")
    with pytest.raises(RotationRefused):
        await one.keys.lifecycle.rotate(tenant)
    with pytest.raises(UnsealFailed) as failed:
        await one.keys.lifecycle.unseal(tenant)
    assert failed.value.param == "access_denied"
    one.service.faults["local:acme"] = "unavailable"
    with pytest.raises(UnsealFailed) as failed:
        await one.keys.lifecycle.unseal(tenant)
    assert failed.value.param == "unreachable"
    await one.keys.keyring.settle()
    config = await one.stores.keys.config(tenant)
    assert config is not None
    assert config.sealed_since is not None
    del one.service.faults["local:acme"]
    await one.keys.lifecycle.unseal(tenant)
    assert await root(one, tenant, 1)
    with pytest.raises(NotSealed):
        await one.keys.lifecycle.unseal(tenant)
    assert [event.action for event in one.told] == ["kms.sealed", "kms.unsealed"]
    config = await one.stores.keys.config(tenant)
    assert config is not None
    assert config.sealed_since is None


async def test_a_retired_version_that_cannot_be_had_seals_nothing(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.lifecycle.onboard(tenant, choice("old"))
    await one.keys.lifecycle.onboard(tenant, choice("new"))
    one.service.faults["local:old"] = "gone"
    from gateway.tenant_keys.source import TenantTokenKeys

    source = TenantTokenKeys(one.keys.keyring, None)  # type: ignore[arg-type]
    keys = await source.live(tenant, CipherName.FF3_1, "conversation")
    assert [one_.version for one_ in keys] == [2]
    one.service.faults["local:new"] = "gone"
    one.keys.keyring.ring.cache.revoke_where(lambda _: True)
    with pytest.raises(TenantSealed):
        await source.live(tenant, CipherName.FF3_1, "conversation")


async def test_a_stale_rotation_loses(one: Replica) -> None:
    tenant = await one.tenant()
    await one.keys.keyring.versions(tenant)
    new = NewVersion(2, Wrapping("global", "local", "local:global"), b"wrapped")
    with pytest.raises(Conflict):
        await one.stores.keys.advance(tenant, new, 7, now())
    assert await states(one, tenant) == [(1, ACTIVE)]
