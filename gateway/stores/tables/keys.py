"""Tenants' keys, wrapped: versions, how they are wrapped, what they seal, and the epoch of changes.

Laws: of a tenant's versions exactly one is active, at most one by an index, at least one because every change is one
transaction; a retired version is never active again; a revoked one has no wrapped key any more. Every change takes the
next number of the epoch, so that whoever polls it misses none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Row, and_, cast, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.tables.key_tables import ACTIVE, EPOCH, KMS_CONFIGS, RETIRED, REVOKED, TENANT_KEYS
from gateway.stores.tables.records import RECORDS
from gateway.stores.tables.tenants import TENANTS, new_id


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How a key is wrapped. `config` holds no credential: the provider's strict schema sees to that."""

    method: str
    provider: str
    key_ref: str
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KmsConfig:
    """A tenant's configuration, as it stands."""

    wrapping: Wrapping
    identity: str | None
    exclusive_key: str | None
    rotate_every_days: int
    sealed_since: datetime | None
    last_verified_at: datetime | None
    last_verify_error: str


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One version of a tenant's key. `wrapped` is None once it is revoked."""

    id: str
    tenant_id: str
    version: int
    status: str
    wrapping: Wrapping
    wrapped: bytes | None = field(repr=False)
    created_at: datetime
    retired_at: datetime | None
    epoch: int


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A key to be added: wrapped, and tried."""

    version: int
    wrapping: Wrapping
    wrapped: bytes = field(repr=False)


class KeyStore:
    """Keys and configurations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def versions(self, tenant_id: str) -> list[KeyVersion]:
        """All versions of a tenant, the newest first."""
        wanted = select(TENANT_KEYS).where(TENANT_KEYS.c.tenant_id == tenant_id).order_by(TENANT_KEYS.c.version.desc())
        async with self._database.read() as connection:
            return [_version(row) for row in await connection.execute(wanted)]

    async def config(self, tenant_id: str) -> KmsConfig | None:
        """A tenant's configuration; None before its first onboarding."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(KMS_CONFIGS).where(KMS_CONFIGS.c.tenant_id == tenant_id))).first()
        return None if row is None else _config(row)

    async def advance(
        self, tenant_id: str, new: NewVersion, expected: int, now: datetime, config: KmsConfig | None = None
    ) -> KeyVersion:
        """Make a new version the active one, and retire the one before; with `config`, put that in force too.

        Args:
            expected: the version that was active when this began; 0 when there was none.

        Raises:
            Conflict: another was first, or the configuration's key or identity is another tenant's.
        """
        async with self._database.write() as connection:
            epoch = await _next_epoch(connection)
            current = select(TENANT_KEYS.c.version).where(
                TENANT_KEYS.c.tenant_id == tenant_id, TENANT_KEYS.c.status == ACTIVE
            )
            if (await connection.scalar(current) or 0) != expected:
                raise Conflict
            retired = (
                update(TENANT_KEYS)
                .where(TENANT_KEYS.c.tenant_id == tenant_id, TENANT_KEYS.c.status == ACTIVE)
                .values(status=RETIRED, retired_at=now, epoch=epoch)
            )
            await connection.execute(retired)
            values = {
                "id": new_id("key"),
                "tenant_id": tenant_id,
                "version": new.version,
                "status": ACTIVE,
                **_wrapping_values(new.wrapping),
                "wrapped": new.wrapped,
                "created_at": now,
                "retired_at": None,
                "epoch": epoch,
            }
            added = (await connection.execute(TENANT_KEYS.insert().values(values).returning(*TENANT_KEYS.c))).one()
            if config is not None:
                await _put_config(connection, tenant_id, config, now)
        return _version(added)

    async def introduce(self, tenant_id: str, now: datetime) -> None:
        """A row for the tenant of an installation that has no others, where it has none yet: its keys need one."""
        values = {"id": tenant_id, "slug": tenant_id, "name": tenant_id, "status": "active"}
        async with self._database.write() as connection:
            if (await connection.execute(select(TENANTS.c.id).where(TENANTS.c.id == tenant_id))).first() is None:
                await connection.execute(TENANTS.insert().values(**values, created_at=now, updated_at=now))

    async def revoke(self, tenant_id: str, version: int, now: datetime) -> KeyVersion:
        """Erase a version for good, with all that was ever sealed under it; what it was before comes back.

        Raises:
            NotFound: there is none.
            Conflict: it is revoked already.
        """
        one = (TENANT_KEYS.c.tenant_id == tenant_id, TENANT_KEYS.c.version == version)
        async with self._database.write() as connection:
            epoch = await _next_epoch(connection)
            row = (await connection.execute(select(TENANT_KEYS).where(*one))).first()
            if row is None:
                raise NotFound
            before = _version(row)
            if before.status == REVOKED:
                raise Conflict
            erased = {"status": REVOKED, "wrapped": None, "retired_at": before.retired_at or now, "epoch": epoch}
            await connection.execute(update(TENANT_KEYS).where(*one).values(erased))
            gone = RECORDS.delete().where(
                RECORDS.c.tenant_id == tenant_id,
                (RECORDS.c.version == version) | (RECORDS.c.origin_version == version),
            )
            await connection.execute(gone)
        return before

    async def note_seal(self, tenant_id: str, since: datetime | None, error: str, now: datetime) -> None:
        """Keep whether the tenant is sealed, and why."""
        values: dict[str, object] = {"sealed_since": since, "last_verify_error": error}
        if since is None:
            values["last_verified_at"] = now
        async with self._database.write() as connection:
            await connection.execute(update(KMS_CONFIGS).where(KMS_CONFIGS.c.tenant_id == tenant_id).values(values))

    async def changed_since(self, epoch: int) -> tuple[int, list[tuple[str, int, str]]]:
        """The epoch, and tenant, version and state of the keys that changed after `epoch`."""
        async with self._database.glance() as connection:
            now = int(await connection.scalar(select(EPOCH.c.epoch)) or 0)
            if now == epoch:
                return now, []
            wanted = select(TENANT_KEYS.c.tenant_id, TENANT_KEYS.c.version, TENANT_KEYS.c.status)
            rows = await connection.execute(wanted.where(TENANT_KEYS.c.epoch > epoch))
            return now, [(row[0], row[1], row[2]) for row in rows]

    async def sealed(self) -> list[tuple[str, str]]:
        """Tenants that a replica sealed, and why."""
        wanted = select(KMS_CONFIGS.c.tenant_id, KMS_CONFIGS.c.last_verify_error)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.where(KMS_CONFIGS.c.sealed_since.is_not(None)))
            return [(row[0], row[1]) for row in rows]

    async def revoked(self) -> list[tuple[str, int]]:
        """All versions that are erased: tenant and version."""
        wanted = select(TENANT_KEYS.c.tenant_id, TENANT_KEYS.c.version).where(TENANT_KEYS.c.status == REVOKED)
        async with self._database.read() as connection:
            return [(row[0], row[1]) for row in await connection.execute(wanted)]

    async def live(self, tenant_ids: Collection[str]) -> set[tuple[str, int]]:
        """All versions of these tenants that are not erased."""
        found: set[tuple[str, int]] = set()
        wanted = select(TENANT_KEYS.c.tenant_id, TENANT_KEYS.c.version).where(TENANT_KEYS.c.status != REVOKED)
        listed = sorted(tenant_ids)
        async with self._database.read() as connection:
            for start in range(0, len(listed), 500):
                some = wanted.where(TENANT_KEYS.c.tenant_id.in_(listed[start : start + 500]))
                found |= {(row[0], row[1]) for row in await connection.execute(some)}
        return found

    async def due(self, now: datetime, limit: int = 100, after: str = "") -> list[str]:
        """Tenants whose configuration asks for a rotation that is due, in the order of ids, those that follow
        `after`."""
        day = 86_400_000_000
        made = type_coerce(TENANT_KEYS.c.created_at, BigInteger)
        due_at = made + cast(KMS_CONFIGS.c.rotate_every_days, BigInteger) * day
        wanted = (
            select(KMS_CONFIGS.c.tenant_id)
            .join(TENANT_KEYS, TENANT_KEYS.c.tenant_id == KMS_CONFIGS.c.tenant_id)
            .where(
                KMS_CONFIGS.c.rotate_every_days > 0,
                TENANT_KEYS.c.status == ACTIVE,
                KMS_CONFIGS.c.sealed_since.is_(None),
                KMS_CONFIGS.c.tenant_id > after,
            )
            .where(due_at <= int(now.timestamp() * 1_000_000))
            .order_by(KMS_CONFIGS.c.tenant_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [row[0] for row in await connection.execute(wanted)]

    async def behind(self, limit: int = 100, after: str = "") -> list[str]:
        """Tenants with records under a version that is retired: a rotation has left them to be sealed anew. In the
        order of ids, those that follow `after`."""
        same = and_(TENANT_KEYS.c.tenant_id == RECORDS.c.tenant_id, TENANT_KEYS.c.version == RECORDS.c.version)
        left = (TENANT_KEYS.c.status == RETIRED, RECORDS.c.tenant_id > after)
        wanted = select(RECORDS.c.tenant_id).join(TENANT_KEYS, same).where(*left).order_by(RECORDS.c.tenant_id)
        async with self._database.read() as connection:
            return [row[0] for row in await connection.execute(wanted.distinct().limit(limit))]


async def _next_epoch(connection: AsyncConnection) -> int:
    """The next number. Holds its row until the end of the transaction: changes are one after another."""
    changed = await connection.scalar(update(EPOCH).values(epoch=EPOCH.c.epoch + 1).returning(EPOCH.c.epoch))
    return int(changed)


async def _put_config(connection: AsyncConnection, tenant_id: str, config: KmsConfig, now: datetime) -> None:
    values = {
        **_wrapping_values(config.wrapping),
        "identity": config.identity,
        "exclusive_key": config.exclusive_key,
        "rotate_every_days": config.rotate_every_days,
        "sealed_since": None,
        "last_verified_at": now,
        "last_verify_error": "",
        "updated_at": now,
    }
    mine = KMS_CONFIGS.c.tenant_id == tenant_id
    if not (await connection.execute(update(KMS_CONFIGS).where(mine).values(values))).rowcount:
        await connection.execute(KMS_CONFIGS.insert().values({"tenant_id": tenant_id, **values}))


def _wrapping_values(wrapping: Wrapping) -> dict[str, object]:
    return {
        "method": wrapping.method,
        "provider": wrapping.provider,
        "key_ref": wrapping.key_ref,
        "config": json.dumps(dict(wrapping.config), sort_keys=True),
    }


def _wrapping(row: Row[tuple[object, ...]]) -> Wrapping:
    return Wrapping(row.method, row.provider, row.key_ref, json.loads(row.config))


def _version(row: Row[tuple[object, ...]]) -> KeyVersion:
    return KeyVersion(
        row.id,
        row.tenant_id,
        row.version,
        row.status,
        _wrapping(row),
        row.wrapped,
        row.created_at,
        row.retired_at,
        row.epoch,
    )


def _config(row: Row[tuple[object, ...]]) -> KmsConfig:
    return KmsConfig(
        _wrapping(row),
        row.identity,
        row.exclusive_key,
        row.rotate_every_days,
        row.sealed_since,
        row.last_verified_at,
        row.last_verify_error,
    )
