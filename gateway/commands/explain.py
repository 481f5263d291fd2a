"""`holdback explain`: why something in a request was masked, in words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file (YAML): asks its database.")
@click.option("--record", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An export, in its place.")
@click.argument("request_id")
@fails_clearly
def explain(config: Path | None, record: Path | None, request_id: str) -> None:
    """Say why something in a request was masked. REQUEST_ID: the header X-Request-Id of its answer."""
    from datetime import UTC, datetime

    from gateway.findings import explain as told_by
    from gateway.record import recorded
    from gateway.server.admin.audit import summaries
    from gateway.stores.tables.audit import Filter

    told = told_by(asyncio.run(recorded(config, record, Filter(request_id=request_id))), summaries())
    if told is None:
        cure = "Requests in which nothing is found leave no record, and ordinary records are pruned in time."
        raise ConfigurationError("there is no record of that request.", cure=cure)
    at = datetime.fromtimestamp(told.at_us / 1_000_000, UTC)
    click.echo(f"{told.request_id}, {at:%Y-%m-%d %H:%M:%S} UTC")
    click.echo("".join(f"  {name}: {value}\n" for name, value in told.about.items()), nl=False)
    for number, finding in enumerate(told.findings, 1):
        click.echo(f"{number}. {finding.sentence}")
    for sentence in told.others:
        click.echo(f"- {sentence}")
