"""Logins: families of refresh credentials (`gateway/auth/refresh.py`). No credential is here, only what makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    select,
    update,
)

from gateway.errors.stores import Conflict
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.access_changes import note_change
from gateway.stores.tables.capabilities import CAPABILITY_KEYS, NO_MAC, CapabilityRow

LOGINS = Table(
    "refresh_families",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("agent_id", String(32), ForeignKey("agents.id"), nullable=False),
    Column("key_id", String(16), ForeignKey("capability_keys.id"), nullable=False),
    Column("seed", LargeBinary(32), nullable=False),
    Column("thumbprint", String(43), nullable=False),
    Column("live", Boolean(create_constraint=False), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("rotated_at", Moment, nullable=False),
    Column("grace_used", Boolean(create_constraint=False), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Index(None, "key_id"),
    Index(None, "expires_at"),
)


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A login as it is kept."""

    id: str
    tenant_id: str
    agent_id: str
    key_id: str
    seed: bytes = field(repr=False)
    thumbprint: str
    live: bool
    generation: int
    rotated_at: datetime
    grace_used: bool
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of a login, and the session that it gives; both are written at once, or neither."""

    login: LoginRow
    session: CapabilityRow | None = None


_Turned = TypeVar("_Turned", bound=Turn | None)


class LoginStore:
    """The logins of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, login: LoginRow, session: CapabilityRow | None = None) -> None:
        """A new login, and its first session.

        Raises:
            Conflict: the key that it comes from was revoked meanwhile.
        """
        async with self._database.write() as connection:
            key = select(CAPABILITY_KEYS.c.revoked_at).where(CAPABILITY_KEYS.c.id == login.key_id)
            found = (await connection.execute(key.with_for_update())).first()
            if found is None or found[0] is not None:
                raise Conflict
            await connection.execute(LOGINS.insert().values(_values(login)))
            if session is not None:
                await connection.execute(CAPABILITY_KEYS.insert().values(_values(session)))

    async def get(self, login_id: str) -> LoginRow | None:
        """A login; None when there is none."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(LOGINS).where(LOGINS.c.id == login_id))).mappings().first()
        return LoginRow(**row) if row is not None else None

    async def turn(self, login_id: str, decide: Callable[[LoginRow | None, CapabilityRow | None], _Turned]) -> _Turned:
        """Let `decide` say what becomes of a login, and write that; one use after another, on all replicas.

        Args:
            login_id: of the login.
            decide: gets the login and the key that it came from, as they are kept; what it answers is written, the
                end of a login with the end of all its sessions. None: nothing happens.
        """
        async with self._database.write() as connection:
            wanted = select(LOGINS).where(LOGINS.c.id == login_id).with_for_update()
            row = (await connection.execute(wanted)).mappings().first()
            login = LoginRow(**row) if row is not None else None
            key = None
            if login is not None:
                its_key = select(CAPABILITY_KEYS).where(CAPABILITY_KEYS.c.id == login.key_id).with_for_update()
                key = CapabilityRow(**(await connection.execute(its_key)).mappings().one())
            turned = decide(login, key)
            if turned is None:
                return turned
            await connection.execute(update(LOGINS).where(LOGINS.c.id == login_id).values(_values(turned.login)))
            if turned.session is not None:
                await connection.execute(CAPABILITY_KEYS.insert().values(_values(turned.session)))
            if turned.login.revoked_at is not None:
                mine = update(CAPABILITY_KEYS).where(
                    CAPABILITY_KEYS.c.family_id == login_id, CAPABILITY_KEYS.c.revoked_at.is_(None)
                )
                await connection.execute(mine.values(revoked_at=turned.login.revoked_at, mac=NO_MAC))
                await note_change(connection, turned.login.tenant_id)
        return turned

    async def purge(self, now: datetime) -> int:
        """Forget logins that are over; how many there were."""
        past = LOGINS.c.expires_at <= now
        async with self._database.read() as connection:
            if (await connection.execute(select(LOGINS.c.id).where(past).limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            return (await connection.execute(LOGINS.delete().where(past))).rowcount


def _values(row: LoginRow | CapabilityRow) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in type(row).__slots__}
