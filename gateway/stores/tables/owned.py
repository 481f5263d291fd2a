"""What providers keep for callers, by its id, and whose it is. Digests only: the ids and the owners stand nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, select

from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment

OWNED = Table(
    "owned_ids",
    METADATA,
    Column("tenant_id", String(32), ForeignKey("tenants.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("owner", String(64), primary_key=True),
    Column("provider", String(64), nullable=False),
    Column("subject", String(64)),
    Column("expires_at", Moment, nullable=False),
    Index("ix_owned_ids_subject", "tenant_id", "subject"),
    Index("ix_owned_ids_expires_at", "expires_at"),
)


AT_ONCE = 500
"""Ids in one statement."""


@dataclass(frozen=True, slots=True)
class Owned:
    """One id. `provider`: which of ours keeps it; `subject`: a digest of whom it is about, may be empty."""

    tenant_id: str
    digest: str
    owner: str
    provider: str
    expires_at: datetime
    subject: str = ""


class OwnedStore:
    """Owners of ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, *owned: Owned) -> None:
        """Write down whose ids are, all of one owner, or that they last longer."""
        values = [
            {
                "tenant_id": one.tenant_id,
                "digest": one.digest,
                "owner": one.owner,
                "provider": one.provider,
                "subject": one.subject or None,
                "expires_at": one.expires_at,
            }
            for one in owned
        ]
        async with self._database.write() as connection:
            for at in range(0, len(owned), AT_ONCE):
                some = owned[at : at + AT_ONCE]
                await connection.execute(
                    OWNED.delete().where(
                        OWNED.c.tenant_id == some[0].tenant_id,
                        OWNED.c.digest.in_([one.digest for one in some]),
                        OWNED.c.owner == some[0].owner,
                    )
                )
                await connection.execute(OWNED.insert(), values[at : at + AT_ONCE])

    async def of(self, tenant_id: str, digest: str, now: datetime) -> list[Owned]:
        """Who has what an id names; nearly always one or none."""
        return await self.among(tenant_id, [digest], now)

    async def among(self, tenant_id: str, digests: Sequence[str], now: datetime) -> list[Owned]:
        """Who has what any of these ids names."""
        found: list[Owned] = []
        mine = (OWNED.c.tenant_id == tenant_id, OWNED.c.expires_at > now)
        async with self._database.read() as connection:
            for at in range(0, len(digests), AT_ONCE):
                wanted = select(OWNED).where(*mine, OWNED.c.digest.in_(digests[at : at + AT_ONCE]))
                found += [
                    Owned(row.tenant_id, row.digest, row.owner, row.provider, row.expires_at, row.subject or "")
                    for row in await connection.execute(wanted)
                ]
        return found

    async def delete(self, tenant_id: str, digest: str, owner: str) -> int:
        """Forget one; how many there were."""
        mine = (OWNED.c.tenant_id == tenant_id, OWNED.c.digest == digest, OWNED.c.owner == owner)
        async with self._database.write() as connection:
            return (await connection.execute(OWNED.delete().where(*mine))).rowcount

    async def erase(self, tenant_id: str, subject: str = "") -> int:
        """Forget all that is about a subject, or all of a tenant; how many there were."""
        mine = [OWNED.c.tenant_id == tenant_id, *([OWNED.c.subject == subject] if subject else [])]
        async with self._database.write() as connection:
            return (await connection.execute(OWNED.delete().where(*mine))).rowcount

    async def purge(self, now: datetime) -> int:
        """Forget what is past its time; how many there were."""
        past = OWNED.c.expires_at <= now
        async with self._database.read() as connection:
            if (await connection.execute(select(OWNED.c.digest).where(past).limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            return (await connection.execute(OWNED.delete().where(past))).rowcount
