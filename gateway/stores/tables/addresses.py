"""Where a tenant's keys may be used from: lists of networks that hold for all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text, select, update

from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.access_changes import note_change

ADDRESS_LISTS = Table(
    "address_lists",
    METADATA,
    Column("tenant_id", String(32), ForeignKey("tenants.id"), primary_key=True),
    Column("allow", Text, nullable=False),
    Column("deny", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AddressLists:
    """Networks in CIDR notation; an empty `allow` allows all, `deny` always wins."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


class AddressStore:
    """The lists of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant_id: str) -> AddressLists:
        """A tenant's lists; empty ones where it never set any."""
        wanted = select(ADDRESS_LISTS.c.allow, ADDRESS_LISTS.c.deny).where(ADDRESS_LISTS.c.tenant_id == tenant_id)
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        return AddressLists() if row is None else read_lists(row[0], row[1])

    async def put(self, tenant_id: str, lists: AddressLists, now: datetime) -> None:
        """Set a tenant's lists."""
        values = {"allow": json.dumps(lists.allow), "deny": json.dumps(lists.deny), "updated_at": now}
        async with self._database.write() as connection:
            await note_change(connection, tenant_id)  # first: two who set the first list wait for one another here
            mine = update(ADDRESS_LISTS).where(ADDRESS_LISTS.c.tenant_id == tenant_id).values(values)
            if not (await connection.execute(mine)).rowcount:
                await connection.execute(ADDRESS_LISTS.insert().values({"tenant_id": tenant_id, **values}))


def read_lists(allow: str | None, deny: str | None) -> AddressLists:
    """Lists as they are kept."""
    return AddressLists(tuple(json.loads(allow or "[]")), tuple(json.loads(deny or "[]")))
