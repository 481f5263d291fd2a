"""Routes of gateways and agents: what keys are made for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gateway.auth.agents import SLUG, Rules, read_rules, written
from gateway.auth.scopes import ScopeError
from gateway.errors.admin import InvalidField
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty
from gateway.services import Services
from gateway.stores.tables.agents import ARCHIVED, AgentRow, GatewayRow
from policies.loader import presets

_Slug = Field(pattern=SLUG)
_Aliases = Field(default=None, max_length=100)
_Names = Field(default=None, max_length=100)
_Status = Literal["active", "paused"]


class NewGateway(Body):
    """A group of agents. Keys of a `sandbox` are test keys. `model_aliases`: names for models, for all its agents."""

    slug: str = _Slug
    name: str | None = Field(None, min_length=1, max_length=100)
    description: str = Field("", max_length=500)
    sandbox: bool = False
    model_aliases: dict[str, str] | None = _Aliases


class GatewayChange(Body):
    """Fields to change. `paused`: its agents answer nobody for now."""

    slug: str | None = Field(None, pattern=SLUG)
    name: str | None = Field(None, min_length=1, max_length=100)
    description: str | None = Field(None, max_length=500)
    status: _Status | None = None
    model_aliases: dict[str, str] | None = _Aliases


class _AgentRules(Body):
    providers: list[str] | None = _Names
    model_allow: list[str] | None = _Names
    model_deny: list[str] | None = _Names
    model_aliases: dict[str, str] | None = _Aliases
    policy: str | None = Field(None, max_length=64)
    detokenize: bool | None = None

    def rules(self) -> dict[str, Any]:
        """Those that were given."""
        return {name: getattr(self, name) for name in _AgentRules.model_fields if getattr(self, name) is not None}


class NewAgent(_AgentRules):
    """What clients point at: `/v1/ai/{slug}/...`. Lists of models are globs over their real names; `model_deny` wins.
    `providers`: that it may use, in this order. `policy`: a preset. `detokenize` false: its clients see tokens."""

    slug: str = _Slug
    name: str | None = Field(None, min_length=1, max_length=100)
    description: str = Field("", max_length=500)


class AgentChange(_AgentRules):
    """Fields to change. Another slug is another address: the old one answers no more."""

    slug: str | None = Field(None, pattern=SLUG)
    name: str | None = Field(None, min_length=1, max_length=100)
    description: str | None = Field(None, max_length=500)
    status: _Status | None = None


class GatewayAnswer(Answer):
    """A gateway."""

    id: str
    slug: str
    name: str
    description: str
    status: str
    sandbox: bool
    model_aliases: dict[str, str]
    created_at: datetime


class AgentAnswer(Answer):
    """An agent. `path`: what follows the base URL."""

    id: str
    gateway_id: str
    slug: str
    path: str
    name: str
    description: str
    status: str
    providers: list[str]
    model_allow: list[str]
    model_deny: list[str]
    model_aliases: dict[str, str]
    policy: str
    detokenize: bool
    created_at: datetime


class Gateways(Answer):
    """All of the tenant."""

    data: list[GatewayAnswer]


class Agents(Answer):
    """All of a gateway."""

    data: list[AgentAnswer]


async def gateways(call: Call[Empty]) -> Gateways:
    """All."""
    return Gateways(data=[_gateway(row) for row in await call.services.stores.agents.gateways(call.caller.tenant_id)])


async def add_gateway(call: Call[NewGateway]) -> GatewayAnswer:
    """One more."""
    body, store = call.body, call.services.stores.agents
    rules = _checked(call.services, {"model_aliases": body.model_aliases or {}})
    made = await store.add_gateway(
        call.caller.tenant_id,
        body.slug,
        call.now,
        name=body.name or "",
        description=body.description,
        sandbox=body.sandbox,
        rules=rules,
    )
    _tell(call, "gateways.add", made.id)
    return _gateway(made)


async def show_gateway(call: Call[Empty]) -> GatewayAnswer:
    """One."""
    return _gateway(await call.services.stores.agents.gateway(call.caller.tenant_id, call.path["gateway"]))


async def change_gateway(call: Call[GatewayChange]) -> GatewayAnswer:
    """Other values."""
    body, store = call.body, call.services.stores.agents
    row = await store.gateway(call.caller.tenant_id, call.path["gateway"])
    values = _given(body, ("slug", "name", "description", "status"))
    if body.model_aliases is not None:
        values["rules"] = _checked(call.services, {"model_aliases": body.model_aliases})
    return _gateway(await _change_gateway(call, row, values))


async def archive_gateway(call: Call[Empty]) -> GatewayAnswer:
    """For good: neither it nor its agents answer any more."""
    row = await call.services.stores.agents.gateway(call.caller.tenant_id, call.path["gateway"])
    return _gateway(await _change_gateway(call, row, {"status": ARCHIVED}))


async def agents(call: Call[Empty]) -> Agents:
    """All of a gateway."""
    store = call.services.stores.agents
    row = await store.gateway(call.caller.tenant_id, call.path["gateway"])
    return Agents(data=[_agent(one) for one in await store.agents(row.tenant_id, row.id)])


async def add_agent(call: Call[NewAgent]) -> AgentAnswer:
    """One more."""
    body, store = call.body, call.services.stores.agents
    row = await store.gateway(call.caller.tenant_id, call.path["gateway"])
    made = await store.add_agent(
        row,
        body.slug,
        call.now,
        name=body.name or "",
        description=body.description,
        rules=_checked(call.services, body.rules()),
    )
    _tell(call, "agents.add", made.id)
    return _agent(made)


async def show_agent(call: Call[Empty]) -> AgentAnswer:
    """One."""
    return _agent(await call.services.stores.agents.agent(call.caller.tenant_id, call.path["agent"]))


async def change_agent(call: Call[AgentChange]) -> AgentAnswer:
    """Other values."""
    row = await call.services.stores.agents.agent(call.caller.tenant_id, call.path["agent"])
    values = _given(call.body, ("slug", "name", "description", "status"))
    if rules := call.body.rules():
        values["rules"] = _checked(call.services, {**row.rules, **rules})
    return _agent(await _change_agent(call, row, values))


async def archive_agent(call: Call[Empty]) -> AgentAnswer:
    """For good: it answers no more, and its keys are good for nothing."""
    row = await call.services.stores.agents.agent(call.caller.tenant_id, call.path["agent"])
    return _agent(await _change_agent(call, row, {"status": ARCHIVED}))


async def _change_gateway(call: Call[Any], row: GatewayRow, values: dict[str, Any]) -> GatewayRow:
    if row.status == ARCHIVED:
        raise InvalidField(param="status")
    changed = await call.services.stores.agents.change_gateway(row.tenant_id, row.id, call.now, **values)
    await call.services.access.book.changed()
    _tell(call, "gateways.change", row.id)
    return changed


async def _change_agent(call: Call[Any], row: AgentRow, values: dict[str, Any]) -> AgentRow:
    if row.status == ARCHIVED:
        raise InvalidField(param="status")
    changed = await call.services.stores.agents.change_agent(row.tenant_id, row.id, call.now, **values)
    await call.services.access.book.changed()
    _tell(call, "agents.change", row.id)
    return changed


def _checked(services: Services, values: Mapping[str, Any]) -> dict[str, Any]:
    """Rules as they are kept.

    Raises:
        InvalidField: they cannot be used.
    """
    problem = ""
    rules = Rules()
    try:
        rules = read_rules(values)
    except ScopeError as error:
        problem = str(error).partition(":")[0]
    if problem:
        raise InvalidField(param=problem if problem in values else None)
    if rules.policy and rules.policy not in (services.settings.access.policies or presets()):
        raise InvalidField(param="policy")
    if set(rules.providers) - services.pool.providers.keys():
        raise InvalidField(param="providers")
    return written(rules)


def _given(body: GatewayChange | AgentChange, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(body, name) for name in names if getattr(body, name) is not None}


def _tell(call: Call[Any], action: str, resource: str) -> None:
    admin = call.caller
    call.services.control.events.emit(ControlEvent(action, admin.tenant_id, admin.id, resource))


def _gateway(row: GatewayRow) -> GatewayAnswer:
    return GatewayAnswer(
        id=row.id,
        slug=row.slug,
        name=row.name,
        description=row.description,
        status=row.status,
        sandbox=row.sandbox,
        model_aliases=dict(read_rules(row.rules).model_aliases),
        created_at=row.created_at,
    )


def _agent(row: AgentRow) -> AgentAnswer:
    rules = read_rules(row.rules)
    return AgentAnswer(
        id=row.id,
        gateway_id=row.gateway_id,
        slug=row.slug,
        path=f"/v1/ai/{row.slug}",
        name=row.name,
        description=row.description,
        status=row.status,
        providers=list(rules.providers),
        model_allow=list(rules.model_allow),
        model_deny=list(rules.model_deny),
        model_aliases=dict(rules.model_aliases),
        policy=rules.policy,
        detokenize=rules.detokenize,
        created_at=row.created_at,
    )


_GATEWAY, _AGENT = "/admin/gateways/{gateway}", "/admin/agents/{agent}"
ROUTES = (
    AdminRoute("GET", "/admin/gateways", "gateways.read", "All gateways", Empty, Gateways, gateways),
    AdminRoute("POST", "/admin/gateways", "gateways.change", "A new gateway", NewGateway, GatewayAnswer, add_gateway),
    AdminRoute("GET", _GATEWAY, "gateways.read", "A gateway", Empty, GatewayAnswer, show_gateway),
    AdminRoute("PATCH", _GATEWAY, "gateways.change", "Change it", GatewayChange, GatewayAnswer, change_gateway),
    AdminRoute("DELETE", _GATEWAY, "gateways.change", "Archive it for good", Empty, GatewayAnswer, archive_gateway),
    AdminRoute("GET", f"{_GATEWAY}/agents", "gateways.read", "Its agents", Empty, Agents, agents),
    AdminRoute("POST", f"{_GATEWAY}/agents", "gateways.change", "A new agent", NewAgent, AgentAnswer, add_agent),
    AdminRoute("GET", _AGENT, "gateways.read", "An agent", Empty, AgentAnswer, show_agent),
    AdminRoute("PATCH", _AGENT, "gateways.change", "Change it", AgentChange, AgentAnswer, change_agent),
    AdminRoute("DELETE", _AGENT, "gateways.change", "Archive it for good", Empty, AgentAnswer, archive_agent),
)
