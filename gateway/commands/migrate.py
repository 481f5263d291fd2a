"""`holdback migrate`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.commands.failing import fails_clearly


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML).")
@fails_clearly
def migrate(config: Path) -> None:
    """Bring the database to the schema of this release, before it serves."""
    import asyncio

    before, after = asyncio.run(_migrate(config))
    click.echo(f"{before or 'empty'} -> {after}" if before != after else f"{after}: nothing to do")


async def _migrate(config: Path) -> tuple[str | None, str]:
    from gateway import settings
    from gateway.services import places
    from gateway.stores import migrate as schema

    database = places(settings.load(config).stores).database()
    try:
        return await schema.migrate(database)
    finally:
        await database.close()
