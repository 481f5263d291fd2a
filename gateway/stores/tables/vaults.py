"""Vaults, and digests of all tokens that were issued: by the digest a token is known again without its value.

A vault's rows stand among the sealed records (`records.py`), with the vault as their parent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    or_,
    select,
    update,
)

from gateway.errors.stores import NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.records import RECORDS

VAULTS = Table(
    "vaults",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column(
        "token_format",
        String(16),
        CheckConstraint("token_format IN ('pan', 'ssn', 'email', 'generic')", name="token_format"),
        nullable=False,
    ),
    Column("description", String(500), nullable=False),
    Column("default_ttl_seconds", Integer),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "name"),
)
ISSUED = Table(
    "issued_tokens",
    METADATA,
    Column("tenant_id", String(32), ForeignKey("tenants.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("source", String(32), nullable=False),
    Column("expires_at", Moment),
    Index("ix_issued_tokens_source", "tenant_id", "source"),
    Index("ix_issued_tokens_expires_at", "expires_at"),
)
LOOKED_UP_MAX = 500
"""Digests in one question."""


@dataclass(frozen=True, slots=True)
class Vault:
    """One vault. Its format is fixed when it is made."""

    id: str
    tenant_id: str
    name: str
    token_format: str
    description: str
    default_ttl_seconds: int | None
    enabled: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A digest of a token, and who issued it: a vault's id, or the name of another source."""

    digest: str
    source: str
    expires_at: datetime | None = None


class VaultStore:
    """Vaults and issued tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, vault: Vault) -> None:
        """A new vault.

        Raises:
            Conflict: the tenant has one of that name.
        """
        values = {column.name: getattr(vault, column.name) for column in VAULTS.columns}
        async with self._database.write() as connection:
            await connection.execute(VAULTS.insert().values(values))

    async def get(self, tenant_id: str, name: str) -> Vault:
        """A vault of a tenant by its id or name; an id that somebody gave as a name stands behind the real one.

        Raises:
            NotFound: there is none.
        """
        wanted = select(VAULTS).where(VAULTS.c.tenant_id == tenant_id, or_(VAULTS.c.id == name, VAULTS.c.name == name))
        async with self._database.read() as connection:
            rows = [_vault(row) for row in await connection.execute(wanted)]
        for vault in sorted(rows, key=lambda one: one.id != name):
            return vault
        raise NotFound

    async def page(self, tenant_id: str, after: str, limit: int) -> list[Vault]:
        """A tenant's vaults in the order of their names, those that follow `after`."""
        wanted = (
            select(VAULTS)
            .where(VAULTS.c.tenant_id == tenant_id, VAULTS.c.name > after)
            .order_by(VAULTS.c.name)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_vault(row) for row in await connection.execute(wanted)]

    async def change(self, tenant_id: str, vault_id: str, now: datetime, values: dict[str, object]) -> Vault:
        """Change some fields of a vault.

        Raises:
            NotFound: there is none.
            Conflict: the tenant has another one of that name.
        """
        changed = (
            update(VAULTS)
            .where(VAULTS.c.tenant_id == tenant_id, VAULTS.c.id == vault_id)
            .values(values | {"updated_at": now})
            .returning(*VAULTS.c)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(changed)).first()
        if row is None:
            raise NotFound
        return _vault(row)

    async def delete(self, tenant_id: str, vault_id: str) -> int:
        """Delete a vault with all of its tokens; how many there were.

        Raises:
            NotFound: there is none.
        """
        async with self._database.write() as connection:
            mine = (VAULTS.c.tenant_id == tenant_id, VAULTS.c.id == vault_id)
            if not (await connection.execute(VAULTS.delete().where(*mine))).rowcount:
                raise NotFound
            gone = RECORDS.delete().where(RECORDS.c.tenant_id == tenant_id, RECORDS.c.parent == vault_id)
            count = (await connection.execute(gone)).rowcount
            await connection.execute(
                ISSUED.delete().where(ISSUED.c.tenant_id == tenant_id, ISSUED.c.source == vault_id)
            )
        return count

    async def issue(self, tenant_id: str, issued: Sequence[Issued]) -> None:
        """Remember tokens; one that is known stays as it is."""
        async with self._database.write() as connection:
            known = await connection.execute(
                select(ISSUED.c.digest).where(
                    ISSUED.c.tenant_id == tenant_id, ISSUED.c.digest.in_([one.digest for one in issued])
                )
            )
            seen = {row[0] for row in known}
            new = {one.digest: one for one in issued if one.digest not in seen}
            rows = [
                {"tenant_id": tenant_id, "digest": one.digest, "source": one.source, "expires_at": one.expires_at}
                for one in new.values()
            ]
            if rows:
                await connection.execute(ISSUED.insert(), rows)

    async def issued(self, tenant_id: str, digests: Collection[str], now: datetime) -> dict[str, str]:
        """Which of some tokens were issued, by digest, and by whom."""
        listed = list(digests)
        found: dict[str, str] = {}
        async with self._database.read() as connection:
            for at in range(0, len(listed), LOOKED_UP_MAX):
                wanted = select(ISSUED.c.digest, ISSUED.c.source).where(
                    ISSUED.c.tenant_id == tenant_id,
                    ISSUED.c.digest.in_(listed[at : at + LOOKED_UP_MAX]),
                    or_(ISSUED.c.expires_at.is_(None), ISSUED.c.expires_at > now),
                )
                found |= {str(row[0]): str(row[1]) for row in await connection.execute(wanted)}
        return found

    async def forget(self, tenant_id: str, digests: Collection[str] | None = None) -> int:
        """Forget issued tokens, all of a tenant's when none are named; how many there were."""
        mine = [ISSUED.c.tenant_id == tenant_id, *([ISSUED.c.digest.in_(digests)] if digests is not None else [])]
        async with self._database.write() as connection:
            return (await connection.execute(ISSUED.delete().where(*mine))).rowcount

    async def purge(self, now: datetime) -> int:
        """Forget tokens that are past their time; how many there were."""
        past = ISSUED.c.expires_at <= now
        async with self._database.read() as connection:
            if (await connection.execute(select(ISSUED.c.digest).where(past).limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            return (await connection.execute(ISSUED.delete().where(past))).rowcount

    async def erase(self, tenant_id: str) -> int:
        """Delete all vaults of a tenant (their tokens go with its sealed records); how many there were."""
        async with self._database.write() as connection:
            await connection.execute(ISSUED.delete().where(ISSUED.c.tenant_id == tenant_id))
            return (await connection.execute(VAULTS.delete().where(VAULTS.c.tenant_id == tenant_id))).rowcount


def _vault(row: Row[tuple[object, ...]]) -> Vault:
    return Vault(**{column.name: getattr(row, column.name) for column in VAULTS.columns})
