"""Who administers a tenant: identities, the issuers that vouch for them, one-time credentials."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.tenants import TENANTS, TenantStatus

LOCAL = "local"
"""The issuer of identities whose key was enrolled here; their subject is the key's thumbprint."""

ADMINS = Table(
    "admins",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", String(100), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("public_key", String(2000), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("issuer", "subject"),
    CheckConstraint("role IN ('owner', 'admin', 'developer', 'viewer')", name="role"),
    Index(None, "tenant_id"),
)
ISSUERS = Table(
    "admin_issuers",
    METADATA,
    Column("issuer", String(300), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("audience", String(300), nullable=False),
    Column("client_id", String(300), nullable=False),
    Column("algorithm", String(16), nullable=False),
    Column("token_type", String(32), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "tenant_id"),
)
BOOTSTRAPS = Table(
    "admin_bootstraps",
    METADATA,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
)
STEP_UPS = Table(
    "admin_step_ups",
    METADATA,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("actor", String(32), nullable=False),
    Column("action", String(40), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "expires_at"),
)


@dataclass(frozen=True, slots=True)
class Admin:
    """One who administers one tenant. `public_key`: a JWK as JSON, of those enrolled here; empty for others."""

    id: str
    tenant_id: str
    role: str
    name: str
    issuer: str
    subject: str = field(repr=False)
    public_key: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Issuer:
    """An OpenID provider that the operator approved for one tenant.

    `audience` and `token_type` pin its access tokens, `client_id` its ID tokens, `algorithm` both.
    """

    issuer: str
    tenant_id: str
    audience: str
    client_id: str
    algorithm: str
    token_type: str
    created_at: datetime


class AdminStore:
    """Identities, issuers, and credentials that are used once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offer_bootstrap(self, tenant_id: str, token: str, expires_at: datetime) -> None:
        """Keep the hash of a credential for a tenant's first owner; one offered before is void.

        Raises:
            Conflict: the tenant has an owner.
        """
        async with self._database.write() as connection:
            await self._without_owner(connection, tenant_id)
            await connection.execute(delete(BOOTSTRAPS).where(BOOTSTRAPS.c.tenant_id == tenant_id))
            values = {"token_hash": _hash(token), "tenant_id": tenant_id, "expires_at": expires_at}
            await connection.execute(BOOTSTRAPS.insert().values(values))

    async def bootstrap(self, token: str, owner: Admin, now: datetime) -> None:
        """Make the first owner of a tenant; the credential is spent.

        Raises:
            NotFound: the credential is unknown, spent, too old, or another tenant's.
            Conflict: the tenant has an owner.
        """
        spent = delete(BOOTSTRAPS).where(
            BOOTSTRAPS.c.token_hash == _hash(token),
            BOOTSTRAPS.c.tenant_id == owner.tenant_id,
            BOOTSTRAPS.c.expires_at > now,
        )
        async with self._database.write() as connection:
            await self._without_owner(connection, owner.tenant_id)
            if not (await connection.execute(spent)).rowcount:
                raise NotFound
            await connection.execute(ADMINS.insert().values(_values(owner)))

    async def find(self, issuer: str, subject: str) -> Admin:
        """An identity of a tenant that is active.

        Raises:
            NotFound: there is none.
        """
        found = (
            select(ADMINS)
            .join(TENANTS, TENANTS.c.id == ADMINS.c.tenant_id)
            .where(ADMINS.c.issuer == issuer, ADMINS.c.subject == subject)
            .where(TENANTS.c.status == TenantStatus.ACTIVE.value)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(found)).first()
        if row is None:
            raise NotFound
        return _admin(row)

    async def of_tenant(self, tenant_id: str) -> list[Admin]:
        """All identities of a tenant, oldest first."""
        wanted = select(ADMINS).where(ADMINS.c.tenant_id == tenant_id).order_by(ADMINS.c.created_at, ADMINS.c.id)
        async with self._database.read() as connection:
            return [_admin(row) for row in await connection.execute(wanted)]

    async def add(self, admin: Admin) -> None:
        """A new identity.

        Raises:
            Conflict: that subject of that issuer is known.
        """
        async with self._database.write() as connection:
            await connection.execute(ADMINS.insert().values(_values(admin)))

    async def change_role(self, tenant_id: str, admin_id: str, role: str | None) -> None:
        """Give an identity another role; None removes it.

        Raises:
            NotFound: the tenant has no such identity.
            Conflict: it is the last owner, and there must be one.
        """
        mine = and_(ADMINS.c.id == admin_id, ADMINS.c.tenant_id == tenant_id)
        change = delete(ADMINS).where(mine) if role is None else update(ADMINS).where(mine).values(role=role)
        async with self._database.write() as connection:
            await _lock(connection, tenant_id)
            if not (await connection.execute(change)).rowcount:
                raise NotFound
            if not await _owners(connection, tenant_id):
                raise Conflict

    async def add_issuer(self, issuer: Issuer) -> None:
        """Approve an issuer.

        Raises:
            Conflict: it is approved already, for this tenant or another.
        """
        values = {name: getattr(issuer, name) for name in Issuer.__slots__}
        async with self._database.write() as connection:
            await connection.execute(ISSUERS.insert().values(values))

    async def issuer(self, issuer: str) -> Issuer:
        """An issuer that was approved.

        Raises:
            NotFound: it was not.
        """
        async with self._database.read() as connection:
            row = (await connection.execute(select(ISSUERS).where(ISSUERS.c.issuer == issuer))).first()
        if row is None:
            raise NotFound
        return Issuer(**row._mapping)  # noqa: SLF001 - the documented way to a row by name

    async def offer_step_up(self, token: str, admin: Admin, action: str, now: datetime, expires_at: datetime) -> None:
        """Keep the hash of a step-up token; those that are too old go."""
        values = {
            "token_hash": _hash(token),
            "tenant_id": admin.tenant_id,
            "actor": admin.id,
            "action": action,
            "expires_at": expires_at,
        }
        async with self._database.write() as connection:
            await connection.execute(delete(STEP_UPS).where(STEP_UPS.c.expires_at <= now))
            await connection.execute(STEP_UPS.insert().values(values))

    async def take_step_up(self, token: str, admin: Admin, action: str, now: datetime) -> bool:
        """Spend a step-up token; false when it is not for this actor, action and tenant, too old, or spent."""
        taken = delete(STEP_UPS).where(
            STEP_UPS.c.token_hash == _hash(token),
            STEP_UPS.c.tenant_id == admin.tenant_id,
            STEP_UPS.c.actor == admin.id,
            STEP_UPS.c.action == action,
            STEP_UPS.c.expires_at > now,
        )
        async with self._database.write() as connection:
            return (await connection.execute(taken)).rowcount == 1

    async def _without_owner(self, connection: AsyncConnection, tenant_id: str) -> None:
        await _lock(connection, tenant_id)
        if await _owners(connection, tenant_id):
            raise Conflict


async def _lock(connection: AsyncConnection, tenant_id: str) -> None:
    """One at a time for a tenant; SQLite has one writer anyway."""
    await connection.execute(select(TENANTS.c.id).where(TENANTS.c.id == tenant_id).with_for_update())


async def _owners(connection: AsyncConnection, tenant_id: str) -> int:
    counted = select(func.count()).select_from(ADMINS)
    return int(await connection.scalar(counted.where(ADMINS.c.tenant_id == tenant_id, ADMINS.c.role == "owner")) or 0)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _values(admin: Admin) -> dict[str, object]:
    return {name: getattr(admin, name) for name in Admin.__slots__}


def _admin(row: Row[tuple[object, ...]]) -> Admin:
    return Admin(**row._mapping)  # noqa: SLF001 - the documented way to a row by name
