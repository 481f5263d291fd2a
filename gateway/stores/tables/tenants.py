"""Tenants."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import CheckConstraint, Column, Row, String, Table, or_, select, update

from gateway.errors.stores import NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.access_changes import note_change

TENANTS = Table(
    "tenants",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("slug", String(40), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("status", String(16), CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status")),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
TENANTS.c.status.nullable = False
PAGE = 100


class TenantStatus(Enum):
    """Suspended: nothing is served. Deleted: its keys are erased, the row stays so that the slug is not used again."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One customer of this installation."""

    id: str
    slug: str
    name: str
    status: TenantStatus
    created_at: datetime
    updated_at: datetime


def new_id(prefix: str) -> str:
    """A name that nobody can guess: `<prefix>_` and 100 bits in lower-case base32."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(15)).decode().lower()[:20]}"


class TenantStore:
    """The tenants of an installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, slug: str, name: str, now: datetime) -> Tenant:
        """A new tenant, active.

        Raises:
            Conflict: the slug is taken, or was.
        """
        tenant = Tenant(new_id("ten"), slug, name, TenantStatus.ACTIVE, now, now)
        values = {
            "id": tenant.id,
            "slug": slug,
            "name": name,
            "status": tenant.status.value,
            "created_at": now,
            "updated_at": now,
        }
        async with self._database.write() as connection:
            await connection.execute(TENANTS.insert().values(values))
        return tenant

    async def get(self, name: str) -> Tenant:
        """A tenant by id or slug.

        Raises:
            NotFound: there is none.
        """
        # A slug has no underscore, an id always has one: no tenant can take another's name.
        wanted = select(TENANTS).where(or_(TENANTS.c.id == name, TENANTS.c.slug == name))
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise NotFound
        return _tenant(row)

    async def page(self, after: str = "", limit: int = PAGE) -> list[Tenant]:
        """Tenants in the order of their slugs, those that follow `after`; `limit` at most."""
        wanted = select(TENANTS).where(TENANTS.c.slug > after).order_by(TENANTS.c.slug).limit(limit)
        async with self._database.read() as connection:
            return [_tenant(row) for row in await connection.execute(wanted)]

    async def change(
        self, tenant_id: str, now: datetime, *, name: str | None = None, status: TenantStatus | None = None
    ) -> Tenant:
        """Give a tenant another name or state; a deleted one stays as it is.

        Raises:
            NotFound: there is none.
        """
        values: dict[str, object] = {"updated_at": now}
        if name is not None:
            values["name"] = name
        if status is not None:
            values["status"] = status.value
        changed = (
            update(TENANTS)
            .where(TENANTS.c.id == tenant_id, TENANTS.c.status != TenantStatus.DELETED.value)
            .values(values)
            .returning(*TENANTS.c)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(changed)).first()
            if row is None:
                raise NotFound
            await note_change(connection, tenant_id)
        return _tenant(row)

    async def closed(self) -> dict[str, TenantStatus]:
        """The tenants that are not active, by id."""
        wanted = select(TENANTS.c.id, TENANTS.c.status).where(TENANTS.c.status != TenantStatus.ACTIVE.value)
        async with self._database.read() as connection:
            return {row[0]: TenantStatus(row[1]) for row in await connection.execute(wanted)}


def _tenant(row: Row[tuple[object, ...]]) -> Tenant:
    values = row._mapping  # noqa: SLF001 - the documented way to a row by name
    return Tenant(**{**values, "status": TenantStatus(values["status"])})
