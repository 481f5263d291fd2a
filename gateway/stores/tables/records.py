"""What is sealed under tenants' keys: one table for all purposes, so that a rotation re-seals everything.

`origin_version` is the version under which a record was first written: when that is revoked the record goes, also where
it has been re-sealed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    func,
    or_,
    select,
    update,
)

from gateway.errors.stores import NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment

RECORDS = Table(
    "sealed_records",
    METADATA,
    Column("tenant_id", String(32), ForeignKey("tenants.id"), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("origin_version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Moment),
    Column("created_at", Moment, nullable=False),
    Index("ix_sealed_records_version", "tenant_id", "version"),
    Index("ix_sealed_records_expires_at", "expires_at"),
)


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One record. `sealed` opens with the sub-key of its purpose and version, bound to tenant, purpose and name."""

    tenant_id: str
    purpose: str
    name: str
    version: int
    sealed: bytes = field(repr=False)
    expires_at: datetime | None = None


class RecordStore:
    """Sealed records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, record: SealedRecord, now: datetime) -> None:
        """Keep a record, in place of the one of that name."""
        values = {
            "version": record.version,
            "origin_version": record.version,
            "sealed": record.sealed,
            "expires_at": record.expires_at,
            "created_at": now,
        }
        key = {"tenant_id": record.tenant_id, "purpose": record.purpose, "name": record.name}
        async with self._database.write() as connection:
            await connection.execute(RECORDS.delete().where(_is(record)))
            await connection.execute(RECORDS.insert().values({**key, **values}))

    async def get(self, tenant_id: str, purpose: str, name: str, now: datetime) -> SealedRecord:
        """A record that is not past its time.

        Raises:
            NotFound: there is none.
        """
        wanted = select(RECORDS).where(
            RECORDS.c.tenant_id == tenant_id,
            RECORDS.c.purpose == purpose,
            RECORDS.c.name == name,
            or_(RECORDS.c.expires_at.is_(None), RECORDS.c.expires_at > now),
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise NotFound
        return SealedRecord(row.tenant_id, row.purpose, row.name, row.version, row.sealed, row.expires_at)

    async def under(self, tenant_id: str, versions: Sequence[int], limit: int) -> list[SealedRecord]:
        """Some records that are sealed under these versions."""
        wanted = (
            select(RECORDS)
            .where(RECORDS.c.tenant_id == tenant_id, RECORDS.c.version.in_(versions))
            .order_by(RECORDS.c.purpose, RECORDS.c.name)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(wanted)
            return [SealedRecord(r.tenant_id, r.purpose, r.name, r.version, r.sealed, r.expires_at) for r in rows]

    async def count(self, tenant_id: str, versions: Sequence[int]) -> int:
        """How many are sealed under these versions."""
        wanted = select(func.count()).select_from(RECORDS)
        async with self._database.read() as connection:
            counted = wanted.where(RECORDS.c.tenant_id == tenant_id, RECORDS.c.version.in_(versions))
            return int(await connection.scalar(counted) or 0)

    async def reseal(self, changed: Sequence[tuple[SealedRecord, SealedRecord]]) -> None:
        """Put the second in place of the first, where the first is still there; all in one transaction."""
        async with self._database.write() as connection:
            for before, after in changed:
                unchanged = and_(_is(before), RECORDS.c.version == before.version, RECORDS.c.sealed == before.sealed)
                values = {"version": after.version, "sealed": after.sealed}
                await connection.execute(update(RECORDS).where(unchanged).values(values))


def _is(record: SealedRecord) -> ColumnElement[bool]:
    return and_(
        RECORDS.c.tenant_id == record.tenant_id, RECORDS.c.purpose == record.purpose, RECORDS.c.name == record.name
    )
