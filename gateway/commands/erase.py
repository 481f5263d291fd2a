"""`holdback erase ...`: for good; each writes a record of what was erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError
from gateway.errors.stores import NotFound

if TYPE_CHECKING:
    from gateway.erasure import Erased, Erasure

OPERATOR = "operator"
config_option = click.option(
    "--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML)."
)
tenant_option = click.option("--tenant", default="local", show_default=True, help="Slug or id.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def erase() -> None:
    """Erase a subject, a version of a tenant's key, or a tenant, for good."""


@erase.command("subject")
@config_option
@tenant_option
@click.argument("name", required=False)
@fails_clearly
def subject(config: Path, tenant: str, name: str | None) -> None:
    """Erase what is kept of the tokens of subject NAME, as the client named them. Without NAME it is asked for, so that
    it stands in no history of a shell."""
    named = name or click.prompt("Subject", hide_input=True)
    _run(config, tenant, lambda erasure, tenant_id: erasure.subject(tenant_id, named, OPERATOR))


@erase.command("version")
@config_option
@tenant_option
@yes_option
@click.argument("version", type=click.IntRange(1, 1_000_000_000))
@fails_clearly
def version(config: Path, tenant: str, version: int, *, yes: bool) -> None:
    """Erase VERSION of the tenant's key: what it sealed and what it made turns back no more."""
    if not yes:
        click.confirm(f"Erase version {version} of the key of {tenant}, for good?", abort=True)
    _run(config, tenant, lambda erasure, tenant_id: erasure.version(tenant_id, version, OPERATOR))


@erase.command("tenant")
@config_option
@yes_option
@click.argument("tenant")
@fails_clearly
def tenant(config: Path, tenant: str, *, yes: bool) -> None:
    """Erase TENANT (slug or id): its keys, routes, secrets, accounts, vaults and ledgers."""
    if not yes:
        click.confirm(f"Erase tenant {tenant}, for good?", abort=True)
    _run(config, tenant, lambda erasure, tenant_id: erasure.tenant(tenant_id, OPERATOR))


def _run(config: Path, tenant: str, work: Callable[[Erasure, str], Awaitable[Erased]]) -> None:
    from gateway import settings
    from gateway.audit.log import AuditLog
    from gateway.audit.opened import audit_keys
    from gateway.control import open_control
    from gateway.egress import Egress
    from gateway.erasure import open_vaults
    from gateway.services import places
    from gateway.stores.opened import open_stores
    from gateway.stores.tables.audit import AuditStore

    async def main() -> Erased:
        loaded = settings.load(config)
        egress = Egress(frozenset(loaded.egress.open_origins))
        async with open_stores(places(loaded.stores)) as stores, open_control(loaded, stores, egress) as control:
            found = await stores.tenants.get(tenant)
            keys = audit_keys(control.master.derive)
            async with AuditLog(AuditStore(stores.database), keys) as log:
                *_, erasure = open_vaults(loaded, stores, control, keys, log)
                return await work(erasure, found.id)

    try:
        click.echo(f"erased {asyncio.run(main())}")
    except NotFound:
        problem = "there is no such tenant, or no such version."
    else:
        return
    raise ConfigurationError(problem)
