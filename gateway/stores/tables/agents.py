"""Gateways and their agents: what keys are made for.

A gateway groups agents of a tenant; an agent is what a client points at. `rules` of both are JSON, of which the meaning
stands in `gateway/auth/agents.py`. Neither is ever removed: an archived one answers nobody, and keeps its slug.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)

from gateway.errors.stores import NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment
from gateway.stores.tables.access_changes import note_change
from gateway.stores.tables.tenants import new_id

ACTIVE, PAUSED, ARCHIVED = "active", "paused", "archived"
_STATUS = "status IN ('active', 'paused', 'archived')"

GATEWAYS = Table(
    "gateways",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("slug", String(40), nullable=False),
    Column("name", String(100), nullable=False),
    Column("description", String(500), nullable=False),
    Column("status", String(16), nullable=False),
    Column("sandbox", Boolean(create_constraint=False), nullable=False),
    Column("rules", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "slug"),
    CheckConstraint(_STATUS, name="status"),
)
AGENTS = Table(
    "agents",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("gateway_id", String(32), ForeignKey("gateways.id"), nullable=False),
    Column("slug", String(40), nullable=False),
    Column("name", String(100), nullable=False),
    Column("description", String(500), nullable=False),
    Column("status", String(16), nullable=False),
    Column("rules", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # The address of an agent, /v1/ai/{slug}, does not name its gateway.
    UniqueConstraint("tenant_id", "slug"),
    CheckConstraint(_STATUS, name="status"),
    Index(None, "gateway_id"),
)


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """A gateway. Keys of a `sandbox` are test keys, all others live ones."""

    id: str
    tenant_id: str
    slug: str
    name: str
    description: str
    status: str
    sandbox: bool
    rules: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent."""

    id: str
    tenant_id: str
    gateway_id: str
    slug: str
    name: str
    description: str
    status: str
    rules: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    updated_at: datetime


class AgentStore:
    """Gateways and agents of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_gateway(
        self,
        tenant_id: str,
        slug: str,
        now: datetime,
        *,
        name: str = "",
        description: str = "",
        sandbox: bool = False,
        rules: Mapping[str, Any] | None = None,
    ) -> GatewayRow:
        """A new gateway.

        Raises:
            Conflict: the tenant has one of that slug, or had.
        """
        made = GatewayRow(
            new_id("gtw"), tenant_id, slug, name or slug, description, ACTIVE, sandbox, rules or {}, now, now
        )
        async with self._database.write() as connection:
            await connection.execute(GATEWAYS.insert().values(_values(made)))
        return made

    async def add_agent(
        self,
        gateway: GatewayRow,
        slug: str,
        now: datetime,
        *,
        name: str = "",
        description: str = "",
        rules: Mapping[str, Any] | None = None,
    ) -> AgentRow:
        """A new agent of a gateway.

        Raises:
            Conflict: the tenant has one of that slug, or had.
        """
        made = AgentRow(
            new_id("agt"), gateway.tenant_id, gateway.id, slug, name or slug, description, ACTIVE, rules or {}, now, now
        )
        async with self._database.write() as connection:
            await connection.execute(AGENTS.insert().values(_values(made)))
        return made

    async def gateway(self, tenant_id: str, name: str) -> GatewayRow:
        """A gateway of a tenant, by id or slug.

        Raises:
            NotFound: it has none.
        """
        return gateway_row(await self._one(GATEWAYS, tenant_id, name))

    async def agent(self, tenant_id: str, name: str) -> AgentRow:
        """An agent of a tenant, by id or slug.

        Raises:
            NotFound: it has none.
        """
        return agent_row(await self._one(AGENTS, tenant_id, name))

    async def gateways(self, tenant_id: str) -> list[GatewayRow]:
        """All of a tenant, by slug."""
        wanted = select(GATEWAYS).where(GATEWAYS.c.tenant_id == tenant_id).order_by(GATEWAYS.c.slug)
        async with self._database.read() as connection:
            return [gateway_row(row) for row in (await connection.execute(wanted)).mappings()]

    async def agents(self, tenant_id: str, gateway_id: str = "") -> list[AgentRow]:
        """All of a tenant, or of one of its gateways, by slug."""
        wanted = select(AGENTS).where(AGENTS.c.tenant_id == tenant_id).order_by(AGENTS.c.slug)
        if gateway_id:
            wanted = wanted.where(AGENTS.c.gateway_id == gateway_id)
        async with self._database.read() as connection:
            return [agent_row(row) for row in (await connection.execute(wanted)).mappings()]

    async def change_gateway(self, tenant_id: str, name: str, now: datetime, **values: Any) -> GatewayRow:
        """Other values of some fields.

        Raises:
            NotFound: the tenant has no such gateway.
            Conflict: the slug is taken.
        """
        return gateway_row(await self._change(GATEWAYS, tenant_id, name, now, values))

    async def change_agent(self, tenant_id: str, name: str, now: datetime, **values: Any) -> AgentRow:
        """Other values of some fields; a new slug is a new address, and the old one answers no more.

        Raises:
            NotFound: the tenant has no such agent.
            Conflict: the slug is taken.
        """
        return agent_row(await self._change(AGENTS, tenant_id, name, now, values))

    async def _one(self, table: Table, tenant_id: str, name: str) -> RowMapping:
        column = table.c.id if "_" in name else table.c.slug  # a slug has no underscore, an id always has one
        async with self._database.read() as connection:
            wanted = select(table).where(table.c.tenant_id == tenant_id, column == name)
            row = (await connection.execute(wanted)).mappings().first()
        if row is None:
            raise NotFound
        return row

    async def _change(
        self, table: Table, tenant_id: str, name: str, now: datetime, values: Mapping[str, Any]
    ) -> RowMapping:
        column = table.c.id if "_" in name else table.c.slug
        written = {key: json.dumps(value) if key == "rules" else value for key, value in values.items()}
        changed = (
            update(table)
            .where(table.c.tenant_id == tenant_id, column == name)
            .values({**written, "updated_at": now})
            .returning(*table.c)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(changed)).mappings().first()
            if row is None:
                raise NotFound
            await note_change(connection, tenant_id)
        return row


def gateway_row(values: Mapping[Any, Any]) -> GatewayRow:
    """A row of `gateways`, by its columns' names."""
    return GatewayRow(**{**values, "rules": json.loads(values["rules"])})


def agent_row(values: Mapping[Any, Any]) -> AgentRow:
    """A row of `agents`, by its columns' names."""
    return AgentRow(**{**values, "rules": json.loads(values["rules"])})


def _values(row: GatewayRow | AgentRow) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in type(row).__slots__}, "rules": json.dumps(dict(row.rules))}
