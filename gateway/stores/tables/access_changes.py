"""Which tenants' access changed, and when: every change takes the next number, so that whoever polls it misses none.

Keys, agents, gateways, address lists and tenants' states are remembered by every replica; a row here makes them forget.
A new key changes nothing that anybody could remember, so it takes no number.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.stores.database import Database
from gateway.stores.schema import METADATA

EPOCH = Table(
    "access_epoch", METADATA, Column("id", Integer, primary_key=True), Column("epoch", BigInteger, nullable=False)
)
CHANGES = Table(
    "access_changes",
    METADATA,
    Column("tenant_id", String(32), ForeignKey("tenants.id"), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Index(None, "epoch"),
)


async def note_change(connection: AsyncConnection, tenant_id: str) -> None:
    """Part of a transaction that changes who may do what. Changes are one after another until it ends."""
    epoch = await connection.scalar(update(EPOCH).values(epoch=EPOCH.c.epoch + 1).returning(EPOCH.c.epoch))
    mine = update(CHANGES).where(CHANGES.c.tenant_id == tenant_id).values(epoch=epoch)
    if not (await connection.execute(mine)).rowcount:
        await connection.execute(CHANGES.insert().values(tenant_id=tenant_id, epoch=epoch))


class AccessChanges:
    """Read by every replica, several times a second."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, epoch: int) -> tuple[int, list[str]]:
        """The epoch now, and the tenants that changed after `epoch`."""
        async with self._database.glance() as connection:
            now = int(await connection.scalar(select(EPOCH.c.epoch)) or 0)
            if now == epoch:
                return now, []
            rows = await connection.execute(select(CHANGES.c.tenant_id).where(CHANGES.c.epoch > epoch))
            return now, [row[0] for row in rows]
