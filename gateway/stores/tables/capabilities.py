"""Capability keys: who may call models. Only a hash of a key's secret is here.

Laws: what a key may do is bound to it by a MAC (`gateway/auth/capability.py`), so that editing a row widens nothing; a
key that was revoked or spent has no MAC any more, so that editing it back does not help either. One look-up finds a key
with all that decides about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    or_,
    select,
    update,
)

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.access_changes import note_change
from gateway.stores.tables.addresses import ADDRESS_LISTS, AddressLists, read_lists
from gateway.stores.tables.agents import AGENTS, GATEWAYS, AgentRow, GatewayRow, agent_row, gateway_row
from gateway.stores.tables.tenants import TENANTS

NO_MAC = bytes(32)

CAPABILITY_KEYS = Table(
    "capability_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("agent_id", String(32), ForeignKey("agents.id"), nullable=False),
    # Of a session: the key that it came from, and the login. Empty for a key that was minted.
    Column("parent_id", String(16), nullable=False),
    Column("family_id", String(16), nullable=False),
    Column("name", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("live", Boolean(create_constraint=False), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("thumbprint", String(43), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("scope", Text, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
    CheckConstraint("kind IN ('agent', 'read', 'oneshot', 'session')", name="kind"),
    Index(None, "agent_id"),
    Index(None, "parent_id"),
    Index(None, "family_id"),
    Index(None, "expires_at"),
)


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A key as it is kept. `used_at`: when a key for one request was spent."""

    id: str
    tenant_id: str
    agent_id: str
    parent_id: str
    family_id: str
    name: str
    kind: str
    live: bool
    hash: bytes = field(repr=False)
    thumbprint: str
    subject: str = field(repr=False)
    scope: str
    mac: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key, and all that decides about it."""

    key: CapabilityRow
    agent: AgentRow
    gateway: GatewayRow
    tenant_status: str
    addresses: AddressLists


class CapabilityStore:
    """The keys of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key_id: str) -> FoundKey | None:
        """A key by its id: one look-up, whether there is one or not."""
        wanted = (
            select(*_labelled("k", CAPABILITY_KEYS), *_labelled("a", AGENTS), *_labelled("g", GATEWAYS))
            .add_columns(TENANTS.c.status.label("t_status"))
            .add_columns(ADDRESS_LISTS.c.allow.label("l_allow"), ADDRESS_LISTS.c.deny.label("l_deny"))
            .join(AGENTS, AGENTS.c.id == CAPABILITY_KEYS.c.agent_id)
            .join(GATEWAYS, GATEWAYS.c.id == AGENTS.c.gateway_id)
            .join(TENANTS, TENANTS.c.id == CAPABILITY_KEYS.c.tenant_id)
            .outerjoin(ADDRESS_LISTS, ADDRESS_LISTS.c.tenant_id == CAPABILITY_KEYS.c.tenant_id)
            .where(CAPABILITY_KEYS.c.id == key_id)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).mappings().first()
        if row is None:
            return None
        return FoundKey(
            CapabilityRow(**_part("k", row)),
            agent_row(_part("a", row)),
            gateway_row(_part("g", row)),
            row["t_status"],
            read_lists(row["l_allow"], row["l_deny"]),
        )

    async def get(self, tenant_id: str, key_id: str) -> CapabilityRow:
        """A key of a tenant.

        Raises:
            NotFound: it has none of that id.
        """
        wanted = select(CAPABILITY_KEYS).where(CAPABILITY_KEYS.c.tenant_id == tenant_id, CAPABILITY_KEYS.c.id == key_id)
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).mappings().first()
        if row is None:
            raise NotFound
        return capability_row(row)

    async def add(self, row: CapabilityRow) -> None:
        """A new key.

        Raises:
            Conflict: a session, whose key or login was revoked meanwhile.
        """
        values = {name: getattr(row, name) for name in CapabilityRow.__slots__}
        async with self._database.write() as connection:
            if row.parent_id:
                parent = select(CAPABILITY_KEYS.c.revoked_at).where(CAPABILITY_KEYS.c.id == row.parent_id)
                found = (await connection.execute(parent.with_for_update())).first()
                if found is None or found[0] is not None:
                    raise Conflict
            await connection.execute(CAPABILITY_KEYS.insert().values(values))

    async def of_tenant(self, tenant_id: str, *, gateway_id: str = "", agent_id: str = "") -> list[CapabilityRow]:
        """Keys that were minted (no sessions), newest first."""
        wanted = (
            select(CAPABILITY_KEYS)
            .where(CAPABILITY_KEYS.c.tenant_id == tenant_id, CAPABILITY_KEYS.c.parent_id == "")
            .order_by(CAPABILITY_KEYS.c.created_at.desc(), CAPABILITY_KEYS.c.id)
        )
        if agent_id:
            wanted = wanted.where(CAPABILITY_KEYS.c.agent_id == agent_id)
        if gateway_id:
            wanted = wanted.join(AGENTS, AGENTS.c.id == CAPABILITY_KEYS.c.agent_id).where(
                AGENTS.c.gateway_id == gateway_id
            )
        async with self._database.read() as connection:
            return [capability_row(row) for row in (await connection.execute(wanted)).mappings()]

    async def revoke(self, tenant_id: str, key_id: str, now: datetime) -> CapabilityRow:
        """End a key for good, and all sessions that came from it. Doing so again changes nothing.

        Raises:
            NotFound: the tenant has no such key.
        """
        mine = (CAPABILITY_KEYS.c.tenant_id == tenant_id, CAPABILITY_KEYS.c.revoked_at.is_(None))
        either = or_(CAPABILITY_KEYS.c.id == key_id, CAPABILITY_KEYS.c.parent_id == key_id)
        one = select(CAPABILITY_KEYS).where(CAPABILITY_KEYS.c.tenant_id == tenant_id, CAPABILITY_KEYS.c.id == key_id)
        async with self._database.write() as connection:
            row = (await connection.execute(one.with_for_update())).mappings().first()
            if row is None:
                raise NotFound
            ended = update(CAPABILITY_KEYS).where(*mine, either).values(revoked_at=now, mac=NO_MAC)
            await connection.execute(ended)
            await note_change(connection, tenant_id)
        return capability_row(row)

    async def spend(self, tenant_id: str, key_id: str, now: datetime) -> bool:
        """Use up a key that is good for one request: true for the first who asks, on all replicas."""
        unused = (
            CAPABILITY_KEYS.c.id == key_id,
            CAPABILITY_KEYS.c.used_at.is_(None),
            CAPABILITY_KEYS.c.revoked_at.is_(None),
        )
        async with self._database.write() as connection:
            spent = await connection.execute(update(CAPABILITY_KEYS).where(*unused).values(used_at=now, mac=NO_MAC))
            if not spent.rowcount:
                return False
            await note_change(connection, tenant_id)
        return True

    async def bound(self, now: datetime, besides: Sequence[str] = ()) -> bool:
        """Whether there is a key in force that needs proofs; what is bound to one of `besides` needs others."""
        wanted = select(CAPABILITY_KEYS.c.id).where(
            CAPABILITY_KEYS.c.thumbprint.not_in(["", *besides]),
            CAPABILITY_KEYS.c.revoked_at.is_(None),
            CAPABILITY_KEYS.c.expires_at > now,
        )
        async with self._database.read() as connection:
            return (await connection.execute(wanted.limit(1))).first() is not None

    async def purge(self, now: datetime) -> int:
        """Forget sessions that are over, and say how many; keys that were minted stay, for people to see."""
        past = (CAPABILITY_KEYS.c.expires_at <= now, CAPABILITY_KEYS.c.parent_id != "")
        async with self._database.read() as connection:
            if (await connection.execute(select(CAPABILITY_KEYS.c.id).where(*past).limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            return (await connection.execute(CAPABILITY_KEYS.delete().where(*past))).rowcount


def capability_row(values: Mapping[Any, Any]) -> CapabilityRow:
    """A row of `capability_keys`, by its columns' names."""
    return CapabilityRow(**values)


def _labelled(prefix: str, table: Table) -> list[Any]:
    return [column.label(f"{prefix}_{column.name}") for column in table.c]


def _part(prefix: str, row: RowMapping) -> dict[str, Any]:
    return {name[2:]: value for name, value in row.items() if name.startswith(f"{prefix}_")}
