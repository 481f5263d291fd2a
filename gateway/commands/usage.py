"""`holdback usage`: what was used, from the database itself; for the operator, and for where there are no tenants."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from gateway.commands.failing import fails_clearly

_BY = {"model": "model", "provider": "provider", "agent": "agent", "gateway": "gateway", "key": "key_id", "day": "day"}


@click.command("usage")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML).")
@click.option("--tenant", default="local", show_default=True, help="Id of the tenant; `local`: the clients' one key.")
@click.option("--by", type=click.Choice(sorted(_BY)), default="model", show_default=True, help="What to sum up by.")
@click.option("--days", type=click.IntRange(1, 400), default=30, show_default=True, help="The last so many, UTC.")
@fails_clearly
def usage(config: Path, tenant: str, by: str, days: int) -> None:
    """What was used: name, requests, tokens in, tokens out, US dollars; tab-separated, the dearest first."""
    from gateway import settings
    from gateway.services import places
    from gateway.spend.prices import usd
    from gateway.stores.opened import open_stores
    from gateway.stores.tables.usage import Group

    async def read() -> list[Group]:
        today = datetime.now(UTC).date()
        since = today - timedelta(days=days - 1)
        async with open_stores(places(settings.load(config).stores)) as stores:
            return await stores.usage.report(tenant, f"{since:%Y-%m-%d}", f"{today:%Y-%m-%d}", (_BY[by],), 1000, {})

    for group in asyncio.run(read()):
        used = group.used
        money = f"{usd(used.cost_nano):.6f}"
        counts = f"{used.requests}\t{used.input_tokens}\t{used.output_tokens}"
        click.echo(f"{group.by[_BY[by]] or '-'}\t{counts}\t{money}")
