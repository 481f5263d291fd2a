"""`holdback alerts`: who hears of alerts, and whether they do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.commands.failing import fails_clearly

if TYPE_CHECKING:
    from gateway.alerts.station import Alerts

config_option = click.option(
    "--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML)."
)
tenant_option = click.option(
    "--tenant", default="system", show_default=True, help="Slug or id; `system`: the operator."
)


@click.group()
def alerts() -> None:
    """Who hears of alerts."""


@alerts.command("add")
@config_option
@tenant_option
@click.argument("kind", type=click.Choice(["webhook", "slack", "email", "sms"]))
@click.argument("name")
@click.option("--url", default="", help="Of a webhook, a Slack incoming webhook, an SMS provider.")
@click.option("--url-file", type=click.Path(exists=True, path_type=Path), help="File with the URL (Slack's is secret).")
@click.option("--secret-file", type=click.Path(exists=True, path_type=Path), help="File with the secret.")
@click.option("--to", default="", help="Mail addresses, separated by commas, or a phone number.")
@click.option("--sender", default="", help="Of an SMS.")
@click.option("--user", default="", help="Of an SMS provider with basic authentication.")
@click.option("--style", default="", help="Of an SMS provider: `twilio` or `json`.")
@click.option("--rule", "rules", multiple=True, help="Hear of this rule; of all without it. May be repeated.")
@fails_clearly
def add(
    config: Path,
    tenant: str,
    kind: str,
    name: str,
    url: str,
    url_file: Path | None,
    secret_file: Path | None,
    rules: tuple[str, ...],
    **given: str,
) -> None:
    """Add a receiver. A webhook without a secret gets one, which is shown once."""
    given["url"] = url_file.read_text(encoding="utf-8").strip() if url_file else url
    given["secret"] = secret_file.read_text(encoding="utf-8").strip() if secret_file else ""

    async def act(alerts: Alerts, tenant_id: str) -> None:
        kept, made = await alerts.add(tenant_id, name, kind, given, rules)
        click.echo(f"added {kept.name} ({kept.id})")
        if made:
            click.echo(f"secret, shown this once: {made}")

    _run(config, tenant, act)


@alerts.command("list")
@config_option
@tenant_option
@fails_clearly
def list_(config: Path, tenant: str) -> None:
    """Show the receivers of a tenant, without their secrets."""

    async def act(alerts: Alerts, tenant_id: str) -> None:
        for kept in await alerts.receivers.all(tenant_id):
            click.echo(f"{kept.name}\t{kept.receiver.kind.value}\t{' '.join(sorted(kept.rules)) or 'all rules'}")

    _run(config, tenant, act)


@alerts.command("remove")
@config_option
@tenant_option
@click.argument("name")
@fails_clearly
def remove(config: Path, tenant: str, name: str) -> None:
    """Take a receiver away, with what waits for it."""

    async def act(alerts: Alerts, tenant_id: str) -> None:
        await alerts.receivers.remove(tenant_id, name)
        click.echo(f"removed {name}")

    _run(config, tenant, act)


@alerts.command("test")
@config_option
@tenant_option
@click.argument("name", default="")
@fails_clearly
def test(config: Path, tenant: str, name: str) -> None:
    """Send a test alert to the receivers of a tenant, or to NAME; exit code 1 when one did not take it."""

    async def act(alerts: Alerts, tenant_id: str) -> None:
        outcomes = await alerts.test(tenant_id, name)
        for receiver, code in outcomes:
            click.echo(f"{receiver}: {code or 'taken'}")
        if not outcomes:
            click.echo("there is no receiver", err=True)
        if not outcomes or any(code for _, code in outcomes):
            sys.exit(1)

    _run(config, tenant, act)


def _run(config: Path, tenant: str, act: Callable[[Alerts, str], Coroutine[None, None, None]]) -> None:
    from gateway.errors import GatewayError, RequestError

    async def run() -> None:
        async with _opened(config, tenant) as (alerts, tenant_id):
            await act(alerts, tenant_id)

    problem: GatewayError | None = None
    try:
        asyncio.run(run())
    except RequestError as error:
        problem = error
    if problem is not None:
        click.echo(f"holdback: {problem}" + (f" ({problem.param})" if problem.param else ""), err=True)
        sys.exit(2)


@asynccontextmanager
async def _opened(config: Path, tenant: str) -> AsyncIterator[tuple[Alerts, str]]:
    from datetime import UTC, datetime

    from gateway import settings
    from gateway.alerts.opened import make_alerts
    from gateway.audit.event import SYSTEM
    from gateway.control import master_key_of
    from gateway.egress import Egress
    from gateway.observe.metrics import Metrics
    from gateway.services import places
    from gateway.stores.tables.tenants import TenantStore

    loaded = settings.load(config)
    database = places(loaded.stores).database()
    egress = Egress(frozenset(loaded.egress.open_origins), total_seconds=loaded.egress.total_seconds)
    try:
        async with egress:
            derive = master_key_of(loaded).derive
            alerts = make_alerts(loaded.alerts, database, derive, egress, Metrics(), lambda: datetime.now(UTC))
            tenant_id = tenant if tenant == SYSTEM else (await TenantStore(database).get(tenant)).id
            yield alerts, tenant_id
    finally:
        await database.close()
