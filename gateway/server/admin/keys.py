"""Routes of capability keys, and of the addresses that all of a tenant's keys may be used from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gateway.access.minting import KeyRequest
from gateway.auth.addresses import Networks
from gateway.auth.capability import KeyKind
from gateway.auth.scopes import Scope, ScopeError, read_scope
from gateway.auth.signing import SIGNED
from gateway.errors.admin import InvalidField
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty
from gateway.server.admin.tenant import Done
from gateway.stores.tables.addresses import AddressLists
from gateway.stores.tables.agents import ARCHIVED
from gateway.stores.tables.capabilities import CapabilityRow

_SCOPES = frozenset(Scope.__slots__)


class NewKey(Body):
    """A key of an agent. `dpop_jkt`: RFC 7638 thumbprint of the private key that every use needs a proof by.
    `expires_in_seconds`: 30 days when it is left out, and always between a minute and 90 days. `refresh`: a refresh
    credential comes with it, for `POST /agent/v1/session`. `signed`: every use needs a signature instead
    (`docs/signing.md`)."""

    name: str = Field(min_length=1, max_length=100)
    kind: Literal["agent", "read", "oneshot"] = "agent"
    expires_in_seconds: int | None = Field(None, ge=0, le=1 << 40)
    scope: dict[str, Any] = Field(default={}, max_length=16)
    dpop_jkt: str | None = Field(None, min_length=43, max_length=43)
    subject: str = Field("", max_length=200)
    refresh: bool = False
    signed: bool = False


class KeyAnswer(Answer):
    """A key, without its secret."""

    id: str
    agent_id: str
    name: str
    kind: str
    live: bool
    dpop_jkt: str | None
    signed: bool
    subject: str
    scope: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


class MintedAnswer(KeyAnswer):
    """A new key. `key` and `refresh_token` are shown this once. `signing_secret`: of a key whose uses are signed."""

    key: str
    refresh_token: str | None
    signing_secret: str | None


class Keys(Answer):
    """Keys, newest first."""

    data: list[KeyAnswer]


class Addresses(Body):
    """Networks like 203.0.113.0/24. An empty `allow` allows all; `deny` always wins."""

    allow: list[str] = Field(default=[], max_length=100)
    deny: list[str] = Field(default=[], max_length=100)


class AddressesAnswer(Answer):
    """The lists in force."""

    allow: list[str]
    deny: list[str]


async def mint(call: Call[NewKey]) -> MintedAnswer:
    """A new key."""
    body, services = call.body, call.services
    agent = await services.stores.agents.agent(call.caller.tenant_id, call.path["agent"])
    gateway = await services.stores.agents.gateway(call.caller.tenant_id, agent.gateway_id)
    if ARCHIVED in (agent.status, gateway.status):
        raise InvalidField(param="agent")
    if body.refresh and (body.dpop_jkt is None or body.kind != KeyKind.AGENT.value):
        raise InvalidField(param="refresh")
    if body.signed and body.dpop_jkt is not None:
        raise InvalidField(param="signed")
    asked = KeyRequest(
        body.name,
        KeyKind(body.kind),
        body.expires_in_seconds,
        _scope(body.scope),
        SIGNED if body.signed else body.dpop_jkt or "",
        body.subject,
    )
    made = await services.access.minting.mint(gateway, agent, asked, call.caller.id)
    refresh = await services.access.sessions.begin(made.row) if body.refresh else None
    secret = services.access.signing.secret(made.row.id) if body.signed else None
    shown = _shown(made.row).model_dump()
    return MintedAnswer(**shown, key=made.text, refresh_token=refresh, signing_secret=secret)


async def of_agent(call: Call[Empty]) -> Keys:
    """Keys of an agent."""
    store = call.services.stores
    agent = await store.agents.agent(call.caller.tenant_id, call.path["agent"])
    return _all(await store.capabilities.of_tenant(agent.tenant_id, agent_id=agent.id))


async def of_gateway(call: Call[Empty]) -> Keys:
    """Keys of all agents of a gateway."""
    store = call.services.stores
    gateway = await store.agents.gateway(call.caller.tenant_id, call.path["gateway"])
    return _all(await store.capabilities.of_tenant(gateway.tenant_id, gateway_id=gateway.id))


async def revoke(call: Call[Empty]) -> Done:
    """End a key, at once and on all replicas."""
    access, admin = call.services.access, call.caller
    await access.minting.revoke(admin.tenant_id, call.path["key"][:32], admin.id, access.book)
    return Done()


async def addresses(call: Call[Empty]) -> AddressesAnswer:
    """The lists."""
    lists = await call.services.stores.addresses.get(call.caller.tenant_id)
    return AddressesAnswer(allow=list(lists.allow), deny=list(lists.deny))


async def set_addresses(call: Call[Addresses]) -> AddressesAnswer:
    """Other lists, in force at once."""
    body, admin = call.body, call.caller
    for name in ("allow", "deny"):
        if not _are_networks(getattr(body, name)):
            raise InvalidField(param=name)
    lists = AddressLists(tuple(body.allow), tuple(body.deny))
    await call.services.stores.addresses.put(admin.tenant_id, lists, call.now)
    await call.services.access.book.changed()
    details: dict[str, str | int] = {"count": len(body.allow) + len(body.deny)}
    event = ControlEvent("addresses.change", admin.tenant_id, admin.id, admin.tenant_id, details)
    call.services.control.events.emit(event)
    return AddressesAnswer(allow=body.allow, deny=body.deny)


def _scope(values: dict[str, Any]) -> Scope:
    problem = ""
    try:
        return read_scope(values)
    except ScopeError as error:
        problem = str(error).partition(":")[0]
    raise InvalidField(param=f"scope.{problem}" if problem in _SCOPES else "scope")


def _are_networks(written: Sequence[str]) -> bool:
    try:
        Networks(written)
    except ValueError:
        return False
    return all(len(one) <= 64 for one in written)


def _all(rows: Sequence[CapabilityRow]) -> Keys:
    return Keys(data=[_shown(row) for row in rows])


def _shown(row: CapabilityRow) -> KeyAnswer:
    return KeyAnswer(
        id=row.id,
        agent_id=row.agent_id,
        name=row.name,
        kind=row.kind,
        live=row.live,
        dpop_jkt=row.thumbprint if row.thumbprint != SIGNED and row.thumbprint else None,
        signed=row.thumbprint == SIGNED,
        subject=row.subject,
        scope=json.loads(row.scope),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


_KEYS = "/admin/agents/{agent}/keys"
ROUTES = (
    AdminRoute("POST", _KEYS, "keys.change", "A new key, shown once", NewKey, MintedAnswer, mint),
    AdminRoute("GET", _KEYS, "keys.read", "Its keys", Empty, Keys, of_agent),
    AdminRoute("GET", "/admin/gateways/{gateway}/keys", "keys.read", "Keys of all its agents", Empty, Keys, of_gateway),
    AdminRoute("DELETE", "/admin/keys/{key}", "keys.change", "Revoke it, at once", Empty, Done, revoke),
    AdminRoute("GET", "/admin/addresses", "addresses.read", "Address lists", Empty, AddressesAnswer, addresses),
    AdminRoute("PUT", "/admin/addresses", "addresses.change", "Set them", Addresses, AddressesAnswer, set_addresses),
)
