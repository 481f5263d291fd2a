"""What is sealed under tenants' keys: one table for all purposes, so that a rotation re-seals everything.

`origin_version` is the version under which a record was first written: when that is revoked the record goes, also where
it has been re-sealed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
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
    # What it belongs to, and a digest of whom it is about: what is deleted together.
    Column("parent", String(80)),
    Column("subject", String(64)),
    Index("ix_sealed_records_version", "tenant_id", "version"),
    Index("ix_sealed_records_expires_at", "expires_at"),
    Index("ix_sealed_records_parent", "tenant_id", "purpose", "parent"),
    Index("ix_sealed_records_subject", "tenant_id", "subject"),
)


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One record. `sealed` opens with the sub-key of its purpose and version, bound to tenant, purpose and name.
    `parent` is what it belongs to, `subject` a digest of whom it is about; both may be empty. `origin_version` is the
    one that what is in it was first sealed under, where that is another."""

    tenant_id: str
    purpose: str
    name: str
    version: int
    sealed: bytes = field(repr=False)
    expires_at: datetime | None = None
    parent: str = ""
    subject: str = ""
    created_at: datetime | None = None
    origin_version: int | None = None


class RecordStore:
    """Sealed records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, record: SealedRecord, now: datetime) -> None:
        """Keep a record, in place of the one of that name."""
        async with self._database.write() as connection:
            await connection.execute(RECORDS.delete().where(_is(record)))
            await connection.execute(RECORDS.insert().values(_values(record, now)))

    async def add(self, records: Sequence[SealedRecord], now: datetime) -> None:
        """Keep new records, all of them or none.

        Raises:
            Conflict: one of that name is there.
        """
        async with self._database.write() as connection:
            await connection.execute(RECORDS.insert(), [_values(record, now) for record in records])

    async def get(self, tenant_id: str, purpose: str, name: str, now: datetime) -> SealedRecord:
        """A record that is not past its time.

        Raises:
            NotFound: there is none.
        """
        wanted = select(RECORDS).where(
            RECORDS.c.tenant_id == tenant_id,
            RECORDS.c.purpose == purpose,
            RECORDS.c.name == name,
            _lasting(now),
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise NotFound
        return _record(row)

    async def within(
        self, tenant_id: str, purpose: str, parent: str, now: datetime, *, after: str = "", limit: int = 1000
    ) -> list[SealedRecord]:
        """What belongs to `parent` and is not past its time, in the order of names, those that follow `after`."""
        wanted = (
            select(RECORDS)
            .where(*_of(tenant_id, purpose, parent), RECORDS.c.name > after, _lasting(now))
            .order_by(RECORDS.c.name)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_record(row) for row in await connection.execute(wanted)]

    async def tally(self, tenant_id: str, purpose: str, parent: str, now: datetime, soon: datetime) -> tuple[int, int]:
        """How many belong to `parent` and are not past their time, and how many of them will be by `soon`."""
        total = func.count()
        ending = func.count().filter(RECORDS.c.expires_at <= soon)
        wanted = select(total, ending).select_from(RECORDS).where(*_of(tenant_id, purpose, parent), _lasting(now))
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).one()
        return int(row[0]), int(row[1])

    async def extend(self, tenant_id: str, purpose: str, parent: str, expires_at: datetime) -> None:
        """Let all that belongs to `parent` last longer."""
        async with self._database.write() as connection:
            changed = update(RECORDS).where(*_of(tenant_id, purpose, parent), RECORDS.c.expires_at < expires_at)
            await connection.execute(changed.values(expires_at=expires_at))

    async def delete(self, tenant_id: str, purpose: str, *, name: str = "", parent: str = "") -> int:
        """Delete a record, or all that belongs to `parent`; how many there were."""
        whose = RECORDS.c.parent == parent if parent else RECORDS.c.name == name
        async with self._database.write() as connection:
            gone = RECORDS.delete().where(RECORDS.c.tenant_id == tenant_id, RECORDS.c.purpose == purpose, whose)
            return (await connection.execute(gone)).rowcount

    async def erase(self, tenant_id: str, subject: str = "") -> dict[str, int]:
        """Delete all that is about a subject, or all of a tenant; how many there were, by purpose."""
        mine = [RECORDS.c.tenant_id == tenant_id, *([RECORDS.c.subject == subject] if subject else [])]
        counted = select(RECORDS.c.purpose, func.count()).where(*mine).group_by(RECORDS.c.purpose)
        async with self._database.write() as connection:
            found = {str(row[0]): int(row[1]) for row in await connection.execute(counted)}
            await connection.execute(RECORDS.delete().where(*mine))
        return found

    async def purge(self, now: datetime) -> int:
        """Delete what is past its time; how many there were."""
        past = RECORDS.c.expires_at <= now
        async with self._database.read() as connection:
            if (await connection.execute(select(RECORDS.c.name).where(past).limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            return (await connection.execute(RECORDS.delete().where(past))).rowcount

    async def under(
        self, tenant_id: str, versions: Sequence[int], limit: int, after: tuple[str, str] = ("", "")
    ) -> list[SealedRecord]:
        """Some records that are sealed under these versions, in the order of purpose and name, those that follow
        `after`."""
        purpose, name = after
        follows = or_(RECORDS.c.purpose > purpose, and_(RECORDS.c.purpose == purpose, RECORDS.c.name > name))
        wanted = (
            select(RECORDS)
            .where(RECORDS.c.tenant_id == tenant_id, RECORDS.c.version.in_(versions), follows)
            .order_by(RECORDS.c.purpose, RECORDS.c.name)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(wanted)
            return [_record(row) for row in rows]

    async def counts(self, tenant_id: str) -> dict[int, int]:
        """How many records there are, by the version that they are sealed under."""
        mine = RECORDS.c.tenant_id == tenant_id
        wanted = select(RECORDS.c.version, func.count()).where(mine).group_by(RECORDS.c.version)
        async with self._database.read() as connection:
            return {int(row[0]): int(row[1]) for row in await connection.execute(wanted)}

    async def held(self, tenant_id: str, version: int) -> int:
        """How many records hang on a version: sealed under it, or first sealed under it."""
        wanted = select(func.count()).select_from(RECORDS)
        mine = RECORDS.c.tenant_id == tenant_id
        hangs = or_(RECORDS.c.version == version, RECORDS.c.origin_version == version)
        async with self._database.read() as connection:
            return int(await connection.scalar(wanted.where(mine, hangs)) or 0)

    async def reseal(self, changed: Sequence[tuple[SealedRecord, SealedRecord]]) -> None:
        """Put the second in place of the first, where the first is still there; all in one transaction."""
        async with self._database.write() as connection:
            for before, after in changed:
                unchanged = and_(_is(before), RECORDS.c.version == before.version, RECORDS.c.sealed == before.sealed)
                values = {"version": after.version, "sealed": after.sealed}
                await connection.execute(update(RECORDS).where(unchanged).values(values))


def _values(record: SealedRecord, now: datetime) -> dict[str, object]:
    return {
        "tenant_id": record.tenant_id,
        "purpose": record.purpose,
        "name": record.name,
        "version": record.version,
        "origin_version": record.origin_version or record.version,
        "sealed": record.sealed,
        "expires_at": record.expires_at,
        "created_at": now,
        "parent": record.parent or None,
        "subject": record.subject or None,
    }


def _record(row: Row[Any]) -> SealedRecord:
    return SealedRecord(
        row.tenant_id,
        row.purpose,
        row.name,
        row.version,
        row.sealed,
        row.expires_at,
        row.parent or "",
        row.subject or "",
        row.created_at,
        row.origin_version,
    )


def _lasting(now: datetime) -> ColumnElement[bool]:
    return or_(RECORDS.c.expires_at.is_(None), RECORDS.c.expires_at > now)


def _of(tenant_id: str, purpose: str, parent: str) -> tuple[ColumnElement[bool], ...]:
    return RECORDS.c.tenant_id == tenant_id, RECORDS.c.purpose == purpose, RECORDS.c.parent == parent


def _is(record: SealedRecord) -> ColumnElement[bool]:
    return and_(
        RECORDS.c.tenant_id == record.tenant_id, RECORDS.c.purpose == record.purpose, RECORDS.c.name == record.name
    )
