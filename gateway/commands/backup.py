"""`holdback backup`: the whole database in one file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.commands.failing import fails_clearly

if TYPE_CHECKING:
    from gateway.backup import Copy


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML).")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="New file, mode 0600.")
@fails_clearly
def backup(config: Path, out: Path) -> None:
    """Copy the database, of one moment, while replicas go on. The master key is not in it: keep that elsewhere."""
    made = asyncio.run(_backup(config, out))
    click.echo(f"{out}: {made.rows} rows of schema {made.schema}, up to checkpoint {made.checkpoint} of the audit")


async def _backup(config: Path, out: Path) -> Copy:
    from gateway import settings
    from gateway.audit.log import AuditLog
    from gateway.audit.opened import audit_keys, own_event
    from gateway.backup import write
    from gateway.control import master_key_of
    from gateway.services import places
    from gateway.stores.migrate import check_schema
    from gateway.stores.tables.audit import AuditStore

    loaded = settings.load(config)
    derive, database = master_key_of(loaded).derive, places(loaded.stores).database()
    try:
        await check_schema(database)
        made = await write(database, out, derive("backup"))
        async with AuditLog(AuditStore(database), audit_keys(derive)) as log:
            await log.record(own_event(outcome="backed_up", count=made.rows, checkpoint=made.checkpoint))
        return made
    finally:
        await database.close()
