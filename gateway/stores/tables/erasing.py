"""Erasing a tenant: every row of every table that belongs to one.

What stays: the tenant's own row, so that nobody takes its slug, without its name; its key versions, revoked and without
a key, so that a restored backup is told; what makes replicas forget its access; the record of what happened.
A table that is added later is erased without a word here: what has a column `tenant_id` or `tenant` is a tenant's.
"""

from __future__ import annotations

from sqlalchemy import Column, Table, update
from sqlalchemy.sql.elements import ColumnElement

from gateway.stores.database import Database
from gateway.stores.schema import all_tables
from gateway.stores.tables.access_changes import note_change
from gateway.stores.tables.tenants import TENANTS

KEPT = frozenset({"tenants", "tenant_keys", "access_changes"})
_OWNERS = ("tenant_id", "tenant")


async def erase_tenant(database: Database, tenant_id: str) -> dict[str, int]:
    """Delete all of a tenant's rows in one transaction; how many there were, by table.

    Raises:
        StoreUnavailable: nothing was deleted.
    """
    tables = [table for table in reversed(all_tables().sorted_tables) if table.name not in KEPT]
    counts: dict[str, int] = {}
    async with database.write() as connection:
        for table in tables:
            mine = _mine(table, tenant_id)
            if mine is not None and (count := (await connection.execute(table.delete().where(mine))).rowcount):
                counts[table.name] = count
        await note_change(connection, tenant_id)
        await connection.execute(update(TENANTS).where(TENANTS.c.id == tenant_id).values(name=""))
    return counts


def _mine(table: Table, tenant_id: str) -> ColumnElement[bool] | None:
    """Which rows of a table are a tenant's: by its own column, or by that of what they belong to."""
    owner = _owner(table)
    if owner is not None:
        return owner == tenant_id
    for key in table.foreign_keys:
        above = _owner(key.column.table)
        if above is not None and key.column.table.name not in KEPT:
            ids = key.column.table.select().with_only_columns(key.column).where(above == tenant_id)
            return key.parent.in_(ids)
    return None


def _owner(table: Table) -> Column[str] | None:
    return next((table.c[name] for name in _OWNERS if name in table.c), None)
