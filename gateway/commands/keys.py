"""`holdback keys ...`: capability keys, by the operator on the database itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError, GatewayError
from gateway.errors.access import ProofsNotSetUp, ProofsRequired
from gateway.errors.admin import InvalidField
from gateway.errors.stores import Conflict, NotFound

if TYPE_CHECKING:
    from gateway.access.minting import Minting
    from gateway.auth.scopes import Scope
    from gateway.stores.opened import Stores
    from gateway.stores.tables.agents import AgentRow

_Result = TypeVar("_Result")
SCOPE_BYTES_MAX = 1 << 16
config_option = click.option(
    "--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML)."
)
tenant_option = click.option("--tenant", required=True, help="Slug or id of the tenant.")


@click.group()
def keys() -> None:
    """Capability keys: what clients call models with."""


@keys.command("mint")
@config_option
@tenant_option
@click.option("--agent", required=True, help="Slug or id of the agent.")
@click.option("--create-agent", is_flag=True, help="Make the agent when it is missing, in the gateway `default`.")
@click.option("--name", default="made on the command line", help="For people.")
@click.option("--kind", default="agent", show_default=True, type=click.Choice(["agent", "read", "oneshot"]))
@click.option("--expires-in", type=click.IntRange(0), help="Seconds; 30 days by default, a minute to 90 days.")
@click.option("--scope", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File with a scope (JSON).")
@click.option("--dpop-jkt", default="", help="RFC 7638 thumbprint of the private key to bind the key to.")
@click.option("--dpop-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its public key (JWK).")
@click.option("--signed", is_flag=True, help="Each request must be signed; the secret goes to standard error.")
@click.option("--subject", default="", help="Who will hold the key.")
@fails_clearly
def mint(config: Path, tenant: str, agent: str, create_agent: bool, dpop_jkt: str, **asked: Any) -> None:
    """Make a key. The key alone goes to standard output, this once; what it is goes to standard error."""
    from gateway.access.minting import KeyRequest
    from gateway.auth.capability import KeyKind
    from gateway.auth.signing import SIGNED

    if asked["signed"] and (dpop_jkt or asked["dpop_key"]):
        raise click.UsageError("a key is signed, or bound to a private key")
    if asked["signed"]:
        dpop_jkt = SIGNED
    if asked["dpop_key"] is not None:
        dpop_jkt = _thumbprint(asked["dpop_key"])
    request = KeyRequest(
        asked["name"],
        KeyKind(asked["kind"]),
        asked["expires_in"],
        _scope(asked["scope"]),
        dpop_jkt,
        asked["subject"],
    )

    async def work(stores: Stores, minting: Minting) -> None:
        found = await stores.tenants.get(tenant)
        its_agent = await _agent(stores, found.id, agent, create=create_agent)
        gateway = await stores.agents.gateway(found.id, its_agent.gateway_id)
        made = await minting.mint(gateway, its_agent, request, "operator")
        bound = f"bound to {made.row.thumbprint}" if made.row.thumbprint else "a bearer key"
        if asked["signed"]:
            bound = "each request signed"
            click.echo(f"signing secret, shown this once: {_signing_secret(config, made.row.id)}", err=True)
        click.echo(
            f"key {made.row.id} of agent {its_agent.slug}, {bound}, until {made.row.expires_at:%F %T} UTC", err=True
        )
        click.echo(made.text)

    _run(config, work)


@keys.command("list")
@config_option
@tenant_option
@click.option("--agent", default="", help="Only those of this agent.")
@fails_clearly
def list_(config: Path, tenant: str, agent: str) -> None:
    """List keys, newest first: id, kind, state, end, how it is used, agent, name."""
    from gateway.auth.signing import SIGNED

    async def work(stores: Stores, _minting: Minting) -> None:
        found = await stores.tenants.get(tenant)
        agents = {row.id: row.slug for row in await stores.agents.agents(found.id)}
        only = (await stores.agents.agent(found.id, agent)).id if agent else ""
        for row in await stores.capabilities.of_tenant(found.id, agent_id=only):
            is_over = row.expires_at <= datetime.now(UTC)
            state = "revoked" if row.revoked_at else "used" if row.used_at else "expired" if is_over else "active"
            bound = "signed" if row.thumbprint == SIGNED else "dpop" if row.thumbprint else "bearer"
            columns = (row.id, row.kind, state, f"{row.expires_at:%FT%TZ}", bound, agents[row.agent_id], row.name)
            click.echo("\t".join(columns))

    _run(config, work)


@keys.command("revoke")
@config_option
@tenant_option
@click.argument("key_id")
@fails_clearly
def revoke(config: Path, tenant: str, key_id: str) -> None:
    """End a key and all its sessions, at once and on all replicas. KEY_ID: as `list` shows it, or the key itself."""
    from gateway.access.book import CHANNEL
    from gateway.auth.capability import read

    presented = read(key_id)
    wanted = presented.id if presented is not None else key_id

    async def work(stores: Stores, minting: Minting) -> None:
        found = await stores.tenants.get(tenant)
        await minting.revoke(found.id, wanted[:32], "operator")
        await stores.shared.publish(CHANNEL, "")  # replicas find out by themselves within a second if not

    _run(config, work)


async def _agent(stores: Stores, tenant_id: str, name: str, *, create: bool) -> AgentRow:
    now = datetime.now(UTC)
    try:
        return await stores.agents.agent(tenant_id, name)
    except NotFound:
        if not create:
            raise
    _check_slug(name)
    try:
        gateway = await stores.agents.gateway(tenant_id, "default")
    except NotFound:
        gateway = await stores.agents.add_gateway(tenant_id, "default", now)
    return await stores.agents.add_agent(gateway, name, now)


def _check_slug(name: str) -> None:
    import re

    from gateway.auth.agents import SLUG

    if not re.fullmatch(SLUG, name):
        raise ConfigurationError("that is no slug.", cure="Use lower-case letters, digits and hyphens, at most 40.")


def _scope(path: Path | None) -> Scope:
    from gateway.auth.scopes import Scope, ScopeError, loaded

    if path is None:
        return Scope()
    try:
        return loaded(path.read_bytes()[:SCOPE_BYTES_MAX].decode())
    except ScopeError as error:
        problem = str(error)
    except (OSError, UnicodeDecodeError):
        problem = "cannot be read"
    raise ConfigurationError(f"{problem}.", file=str(path))


def _thumbprint(path: Path) -> str:
    from gateway.auth.jwk import public_key, thumbprint_of

    try:
        jwk = json.loads(path.read_bytes()[:SCOPE_BYTES_MAX])
        public_key(jwk)
        return thumbprint_of(jwk)
    except (OSError, ValueError, AttributeError, GatewayError):
        pass
    raise ConfigurationError("is no public key as JWK: P-256, Ed25519 or RSA.", file=str(path))


def _signing_secret(config: Path, key_id: str) -> str:
    from gateway import settings
    from gateway.access.signing import KEY_NAME
    from gateway.auth.signing import signing_secret
    from gateway.control import master_key_of

    return signing_secret(master_key_of(settings.load(config)).derive(KEY_NAME), key_id)


def _run(config: Path, work: Callable[[Stores, Minting], Awaitable[_Result]]) -> _Result:
    """Do something with the keys of a configuration."""
    from gateway import settings
    from gateway.access.opened import minting_of
    from gateway.control import master_key_of
    from gateway.observe import log
    from gateway.observe.events import ControlEvents
    from gateway.services import places
    from gateway.stores.opened import open_stores

    async def main() -> _Result:
        loaded = settings.load(config)
        log.configure("warning", human=True)
        async with open_stores(places(loaded.stores)) as stores:
            minting = minting_of(loaded, stores, ControlEvents(), master_key_of(loaded), lambda: datetime.now(UTC))
            return await work(stores, minting)

    problem, cure = "", None
    try:
        return asyncio.run(main())
    except NotFound:
        problem = "there is no such tenant, agent or key."
    except Conflict:
        problem = "there is one of that name already."
    except InvalidField as error:
        problem = f"{error.param} cannot be used."
    except ProofsRequired:
        problem, cure = "a key must be bound to a private key.", "Give --dpop-jkt or --dpop-key."
    except ProofsNotSetUp as error:
        problem = error.message
    raise ConfigurationError(problem, cure=cure)
