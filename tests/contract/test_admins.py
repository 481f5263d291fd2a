"""Identities, issuers and one-time credentials, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.tables.admins import LOCAL, Admin, AdminStore, Issuer
from gateway.stores.tables.tenants import Tenant, TenantStore, new_id

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await TenantStore(database).create("acme", "Acme", NOW)


@pytest.fixture
def admins(database: Database) -> AdminStore:
    return AdminStore(database)


def admin(tenant: Tenant, role: str = "owner") -> Admin:
    return Admin(new_id("adm"), tenant.id, role, "Ada", LOCAL, new_id("key"), "{}", NOW)


async def test_of_many_first_owners_there_is_one(admins: AdminStore, tenant: Tenant) -> None:
    await admins.offer_bootstrap(tenant.id, "credential", LATER)
    tries = [admins.bootstrap("credential", admin(tenant), NOW) for _ in range(8)]
    failures = [found for found in await asyncio.gather(*tries, return_exceptions=True) if found is not None]
    assert len(failures) == 7
    assert all(isinstance(found, Conflict | NotFound) for found in failures)
    assert len(await admins.of_tenant(tenant.id)) == 1


async def test_a_step_up_is_taken_once_by_whoever_it_is_for(admins: AdminStore, tenant: Tenant) -> None:
    owner = admin(tenant)
    await admins.offer_step_up("token", owner, "kms.rotate", NOW, LATER)
    wrong = [
        ("other", owner, "kms.rotate", NOW),
        ("token", replace(owner, id="adm_other"), "kms.rotate", NOW),
        ("token", replace(owner, tenant_id="ten_other"), "kms.rotate", NOW),
        ("token", owner, "kms.unseal", NOW),
        ("token", owner, "kms.rotate", LATER),
    ]
    for attempt in wrong:
        assert not await admins.take_step_up(*attempt)
    taken = await asyncio.gather(*(admins.take_step_up("token", owner, "kms.rotate", NOW) for _ in range(8)))
    assert taken.count(True) == 1


async def test_tenants_keep_an_owner_when_two_leave_at_once(admins: AdminStore, tenant: Tenant) -> None:
    owners = [admin(tenant), admin(tenant)]
    for owner in owners:
        await admins.add(owner)
    calls = [admins.change_role(tenant.id, owner.id, None) for owner in owners]
    failures = [found for found in await asyncio.gather(*calls, return_exceptions=True) if found is not None]
    assert [type(found) for found in failures] == [Conflict]
    assert len(await admins.of_tenant(tenant.id)) == 1


async def test_no_way_into_another_tenant(database: Database, admins: AdminStore, tenant: Tenant) -> None:
    other = await TenantStore(database).create("other", "Other", NOW)
    mine, theirs = admin(tenant), admin(other)
    await admins.add(mine)
    await admins.add(theirs)
    with pytest.raises(NotFound):
        await admins.change_role(tenant.id, theirs.id, "viewer")
    assert [found.role for found in await admins.of_tenant(other.id)] == ["owner"]
    with pytest.raises(Conflict):
        await admins.add(replace(mine, id="adm_x", tenant_id=other.id))
    issuer = Issuer("https://id.test", tenant.id, "a", "b", "RS256", "at+jwt", NOW)
    await admins.add_issuer(issuer)
    assert await admins.issuer("https://id.test") == issuer
    with pytest.raises(Conflict):
        await admins.add_issuer(replace(issuer, tenant_id=other.id))
    with pytest.raises(Conflict):  # a tenant that is not there
        await admins.add_issuer(replace(issuer, issuer="https://x.test", tenant_id="ten_none"))
