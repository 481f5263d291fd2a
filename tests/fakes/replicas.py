"""Replicas of an installation: tenants' keys on one database and one Redis, in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.observe.events import ControlEvent, ControlEvents
from gateway.stores.master import MasterKey
from gateway.stores.migrate import migrate
from gateway.stores.opened import Places, Stores, open_stores
from gateway.tenant_keys.lifecycle import Onboarding
from gateway.tenant_keys.opened import TenantKeys, open_tenant_keys
from gateway.tenant_keys.wrapping import WrapMethod, WrapOptions
from tests.fakes.key_service import FakeKeyService

MASTER = MasterKey(b"m" * 32)


def now() -> datetime:
    return datetime.now(UTC)


def choice(name: str, **more: int) -> Onboarding:
    """The local provider, as a customer's."""
    return Onboarding(WrapMethod.CUSTOMER, "local", f"local:{name}", {}, **more)


@dataclass
class Replica:
    """One process's view."""

    stores: Stores
    keys: TenantKeys
    service: FakeKeyService
    told: list[ControlEvent]

    async def tenant(self, slug: str = "acme") -> str:
        return (await self.stores.tenants.create(slug, slug, now())).id


@asynccontextmanager
async def replica(url: str, redis_url: str = "", service: FakeKeyService | None = None) -> AsyncIterator[Replica]:
    """One more replica."""
    database = Places(Path(), url).database()
    await migrate(database)
    await database.close()
    service = service or FakeKeyService()
    events = ControlEvents()
    told: list[ControlEvent] = []
    events.attach(told.append)
    options = WrapOptions(allow_local=True)
    async with (
        open_stores(Places(Path(), url, redis_url)) as stores,
        open_tenant_keys(stores, MASTER, events, options, now, opener=service.open) as keys,
    ):
        yield Replica(stores, keys, service, told)
