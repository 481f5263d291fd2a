"""Everything that is kept, opened and closed in one place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gateway.stores.database import Database, open_database
from gateway.stores.memory import MemoryShared
from gateway.stores.meter import Meter
from gateway.stores.meter_memory import MemoryMeter
from gateway.stores.meter_redis import RedisMeter
from gateway.stores.migrate import check_schema, is_empty, migrate
from gateway.stores.redis import open_redis
from gateway.stores.store import Shared
from gateway.stores.tables.access_changes import AccessChanges
from gateway.stores.tables.addresses import AddressStore
from gateway.stores.tables.admins import AdminStore
from gateway.stores.tables.agents import AgentStore
from gateway.stores.tables.capabilities import CapabilityStore
from gateway.stores.tables.keys import KeyStore
from gateway.stores.tables.logins import LoginStore
from gateway.stores.tables.owned import OwnedStore
from gateway.stores.tables.records import RecordStore
from gateway.stores.tables.tenants import TenantStore
from gateway.stores.tables.usage import UsageStore
from gateway.stores.tables.vaults import VaultStore

FILE = "holdback.sqlite3"


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are kept.

    `database_url` empty: SQLite in `folder`. `redis_url` empty: in this process.
    """

    folder: Path
    database_url: str = ""
    redis_url: str = ""
    database_password: str | None = field(default=None, repr=False)
    redis_password: str | None = field(default=None, repr=False)
    connections: int = 10

    @property
    def is_embedded(self) -> bool:
        """SQLite in the folder."""
        return not self.database_url

    def database(self) -> Database:
        """The database, not connected yet.

        Raises:
            ConfigurationError: its URL cannot be used.
        """
        url = self.database_url or f"sqlite:///{self.folder.absolute() / FILE}"
        return open_database(url, password=self.database_password, connections=self.connections)


@dataclass(frozen=True, slots=True)
class Stores:
    """What is kept."""

    database: Database
    shared: Shared
    meter: Meter
    usage: UsageStore
    tenants: TenantStore
    admins: AdminStore
    keys: KeyStore
    records: RecordStore
    owned: OwnedStore
    vaults: VaultStore
    agents: AgentStore
    capabilities: CapabilityStore
    logins: LoginStore
    addresses: AddressStore
    access_changes: AccessChanges

    async def purge(self, now: datetime) -> None:
        """Delete what is past its time.

        Raises:
            StoreUnavailable.
        """
        for store in (self.records, self.owned, self.vaults, self.capabilities, self.logins):
            await store.purge(now)

    async def check(self) -> None:
        """Whether all of it answers.

        Raises:
            StoreUnavailable: something does not.
        """
        await self.database.check()
        await self.shared.check()


@asynccontextmanager
async def open_stores(places: Places) -> AsyncIterator[Stores]:
    """Open everything; an embedded database that is empty is made ready, any other schema only checked.

    Raises:
        ConfigurationError: a URL cannot be used, or this release cannot run on the schema.
        StoreUnavailable: the database cannot be reached.
    """
    database = places.database()
    shared: Shared = MemoryShared()
    meter: Meter = MemoryMeter()
    try:
        if places.redis_url:
            shared = redis = open_redis(places.redis_url, password=places.redis_password)
            meter = RedisMeter(redis.client)
        if places.is_embedded and await is_empty(database):
            await migrate(database)
        await check_schema(database)
        yield Stores(
            database,
            shared,
            meter,
            UsageStore(database),
            TenantStore(database),
            AdminStore(database),
            KeyStore(database),
            RecordStore(database),
            OwnedStore(database),
            VaultStore(database),
            AgentStore(database),
            CapabilityStore(database),
            LoginStore(database),
            AddressStore(database),
            AccessChanges(database),
        )
    finally:
        await shared.close()
        await database.close()
