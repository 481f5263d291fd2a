"""Tenants, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.tables.tenants import TenantStatus, TenantStore

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def tenants(database: Database) -> TenantStore:
    return TenantStore(database)


async def test_a_tenant_is_found_by_id_and_slug(tenants: TenantStore) -> None:
    made = await tenants.create("acme", "Acme Ltd", NOW)
    assert made == await tenants.get("acme") == await tenants.get(made.id)
    assert made.status is TenantStatus.ACTIVE
    with pytest.raises(NotFound):
        await tenants.get("acm")


async def test_a_slug_is_used_once(tenants: TenantStore) -> None:
    made = await tenants.create("acme", "Acme", NOW)
    with pytest.raises(Conflict):
        await tenants.create("acme", "Another", NOW)
    await tenants.change(made.id, NOW, status=TenantStatus.DELETED)
    with pytest.raises(Conflict):
        await tenants.create("acme", "A third", NOW)


async def test_pages_follow_each_other(tenants: TenantStore) -> None:
    for number in (3, 1, 4, 2, 5):
        await tenants.create(f"t{number}", "T", NOW)
    pages = [[t.slug for t in await tenants.page(after, 2)] for after in ("", "t2", "t4", "t5")]
    assert pages == [["t1", "t2"], ["t3", "t4"], ["t5"], []]


async def test_a_tenant_changes_until_it_is_deleted(tenants: TenantStore) -> None:
    made = await tenants.create("acme", "Acme", NOW)
    later = NOW + timedelta(days=1)
    changed = await tenants.change(made.id, later, name="Acme Group", status=TenantStatus.SUSPENDED)
    assert changed == await tenants.get("acme")
    assert (changed.name, changed.status, changed.updated_at) == ("Acme Group", TenantStatus.SUSPENDED, later)
    await tenants.change(made.id, later, status=TenantStatus.DELETED)
    for call in (tenants.change(made.id, later, status=TenantStatus.ACTIVE), tenants.change("ten_none", later)):
        with pytest.raises(NotFound):
            await call
