"""When each right was last used, by whom: for access reviews. A moment, not a history; the record has that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment

ACCESS_USES = Table(
    "access_uses",
    METADATA,
    Column("tenant_id", String(32), primary_key=True),
    Column("holder", String(32), primary_key=True),
    Column("right", String(40), primary_key=True),
    Column("used_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Use:
    """A right of a holder (an identity or a capability key), and when it was last used."""

    tenant_id: str
    holder: str
    right: str
    used_at: datetime


class AccessUseStore:
    """All of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, uses: Iterable[Use]) -> None:
        """Keep moments; a later one that is there already stays.

        Raises:
            StoreUnavailable: none was kept.
        """
        dialect: Any = postgresql if self._database.kind == "postgresql" else sqlite
        async with self._database.write() as connection:
            for use in sorted(uses, key=lambda one: (one.tenant_id, one.holder, one.right)):
                made = dialect.insert(ACCESS_USES).values({name: getattr(use, name) for name in Use.__slots__})
                later = made.on_conflict_do_update(
                    index_elements=["tenant_id", "holder", "right"],
                    set_={"used_at": made.excluded.used_at},
                    where=ACCESS_USES.c.used_at < made.excluded.used_at,
                )
                await connection.execute(later)

    async def of_tenant(self, tenant_id: str) -> list[Use]:
        """Those of a tenant."""
        wanted = select(ACCESS_USES).where(ACCESS_USES.c.tenant_id == tenant_id)
        async with self._database.read() as connection:
            return [Use(*row) for row in await connection.execute(wanted)]
