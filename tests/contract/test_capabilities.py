"""Keys, logins and what they hang on, on both databases: one look-up, one winner, one epoch."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.tables.access_changes import AccessChanges
from gateway.stores.tables.addresses import AddressLists, AddressStore
from gateway.stores.tables.agents import AgentStore
from gateway.stores.tables.capabilities import NO_MAC, CapabilityRow, CapabilityStore
from gateway.stores.tables.logins import LoginRow, LoginStore, Turn
from gateway.stores.tables.tenants import TenantStatus, TenantStore

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def a_key(database: Database) -> CapabilityRow:
    """A key of a new tenant, kept."""
    tenant = await TenantStore(database).create("acme", "Acme", NOW)
    agents = AgentStore(database)
    gateway = await agents.add_gateway(tenant.id, "default", NOW, rules={"model_aliases": {"a": "b"}})
    agent = await agents.add_agent(gateway, "support", NOW)
    row = CapabilityRow(
        "k" * 16, tenant.id, agent.id, "", "", "a key", "agent", True, b"h" * 32, "t" * 43, "ada", "{}", b"m" * 32,
        NOW, NOW + timedelta(days=1),
    )  # fmt: skip
    await CapabilityStore(database).add(row)
    return row


def a_login(key: CapabilityRow) -> LoginRow:
    return LoginRow(
        "f" * 16, key.tenant_id, key.agent_id, key.id, b"s" * 32, key.thumbprint, True, 0, NOW, False, key.expires_at
    )


async def test_a_key_is_found_with_all_that_decides(database: Database) -> None:
    row, store = await a_key(database), CapabilityStore(database)
    await AddressStore(database).put(row.tenant_id, AddressLists(("10.0.0.0/8",), ()), NOW)
    await AddressStore(database).put(row.tenant_id, AddressLists(("10.0.0.0/8",), ("10.1.0.0/16",)), NOW)
    found = await store.find(row.id)
    assert found is not None
    assert (found.key, found.agent.slug, found.gateway.rules) == (row, "support", {"model_aliases": {"a": "b"}})
    assert (found.tenant_status, found.addresses.deny) == ("active", ("10.1.0.0/16",))
    assert await store.find("x" * 16) is None
    assert await store.bound(NOW)
    assert not await store.bound(row.expires_at)


async def test_what_changes_is_heard_of_once(database: Database) -> None:
    row, changes = await a_key(database), AccessChanges(database)
    epoch, _ = await changes.since(0)
    assert await changes.since(epoch) == (epoch, []), "a new key is nothing that anybody could remember"
    await asyncio.gather(
        TenantStore(database).change(row.tenant_id, NOW, status=TenantStatus.SUSPENDED),
        AgentStore(database).change_agent(row.tenant_id, "support", NOW, status="paused"),
        AddressStore(database).put(row.tenant_id, AddressLists(), NOW),
        CapabilityStore(database).revoke(row.tenant_id, row.id, NOW),
    )
    assert await changes.since(epoch) == (epoch + 4, [row.tenant_id])
    assert await TenantStore(database).closed() == {row.tenant_id: TenantStatus.SUSPENDED}


async def test_a_key_for_one_request_is_spent_once(database: Database) -> None:
    row, store = await a_key(database), CapabilityStore(database)
    spent = await asyncio.gather(*(store.spend(row.tenant_id, row.id, NOW) for _ in range(5)))
    assert sorted(spent) == [False, False, False, False, True]
    found = await store.get(row.tenant_id, row.id)
    assert (found.used_at, found.mac) == (NOW, NO_MAC)


async def test_a_revoked_key_takes_sessions_along_and_gets_no_new_ones(database: Database) -> None:
    row, store, logins = await a_key(database), CapabilityStore(database), LoginStore(database)
    session = replace(row, id="s" * 16, parent_id=row.id, family_id="f" * 16, kind="session", hash=b"i" * 32)
    await logins.add(a_login(row), session)
    assert [one.id for one in await store.of_tenant(row.tenant_id)] == [row.id], "sessions are not listed"
    with pytest.raises(NotFound):
        await store.revoke("ten_other", row.id, NOW)
    await store.revoke(row.tenant_id, row.id, NOW)
    for key_id in (row.id, session.id):
        found = await store.get(row.tenant_id, key_id)
        assert (found.revoked_at, found.mac) == (NOW, NO_MAC)
    with pytest.raises(Conflict):
        await logins.add(replace(a_login(row), id="g" * 16), None)
    with pytest.raises(Conflict):
        await store.add(replace(session, id="z" * 16))


async def test_uses_of_a_login_are_one_after_another(database: Database) -> None:
    row, logins = await a_key(database), LoginStore(database)
    await logins.add(a_login(row))
    seen: list[int] = []

    def turned(login: LoginRow | None, key: CapabilityRow | None) -> Turn | None:
        assert login is not None
        assert key == row
        seen.append(login.generation)
        return Turn(replace(login, generation=login.generation + 1))

    await asyncio.gather(*(logins.turn("f" * 16, turned) for _ in range(5)))
    assert sorted(seen) == [0, 1, 2, 3, 4]

    def untouched(login: LoginRow | None, key: CapabilityRow | None) -> Turn | None:
        assert (login, key) == (None, None)
        return None

    assert await logins.turn("x" * 16, untouched) is None
    ended = await logins.turn("f" * 16, lambda login, _: Turn(replace(login, revoked_at=NOW)) if login else None)
    assert ended is not None
    found = await logins.get("f" * 16)
    assert found is not None
    assert (found.generation, found.revoked_at) == (5, NOW)


async def test_what_is_over_is_forgotten(database: Database) -> None:
    row, store, logins = await a_key(database), CapabilityStore(database), LoginStore(database)
    session = replace(row, id="s" * 16, parent_id=row.id, kind="session")
    await logins.add(a_login(row), session)
    assert [await one.purge(NOW) for one in (store, logins)] == [0, 0]
    assert [await one.purge(row.expires_at) for one in (logins, store)] == [1, 1]
    assert (await store.get(row.tenant_id, row.id)).id == row.id, "keys that were minted stay, for people to see"
