"""`holdback restore`: a copy of the database, into an empty one."""

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
@click.option("--bury", is_flag=True, help="Revoke again, in what is restored, what was revoked since.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@fails_clearly
def restore(config: Path, file: Path, *, bury: bool) -> None:
    """Put a copy that `holdback backup` made into the empty database of a configuration, of either kind.

    Refused where the copy is from before a key version was revoked.
    """
    made, gone = asyncio.run(_restore(config, file, bury=bury))
    click.echo(f"{made.rows} rows of {made.made_at}, up to checkpoint {made.checkpoint} of the audit")
    if gone:
        click.echo(f"{gone} key versions revoked again")


async def _restore(config: Path, file: Path, *, bury: bool) -> tuple[Copy, int]:
    from datetime import UTC, datetime

    from gateway import settings
    from gateway.audit.log import AuditLog
    from gateway.audit.opened import audit_keys, own_event
    from gateway.backup import restore as put_back
    from gateway.control import master_key_of
    from gateway.services import places
    from gateway.stores.tables.audit import AuditStore
    from gateway.stores.tables.keys import KeyStore
    from gateway.tenant_keys.tombstones import bury as bury_again
    from gateway.tenant_keys.tombstones import read_tombstones, tombstones_file

    loaded = settings.load(config)
    derive = master_key_of(loaded).derive
    stones = read_tombstones(tombstones_file(loaded))
    buried = set() if bury else {(stone.tenant_id, stone.version) for stone in stones}
    database = places(loaded.stores).database()
    try:
        made = await put_back(database, file, derive("backup"), buried)
        gone = await bury_again(KeyStore(database), stones, datetime.now(UTC)) if bury else 0
        async with AuditLog(AuditStore(database), audit_keys(derive)) as log:
            await log.record(own_event(outcome="restored", count=made.rows, checkpoint=made.checkpoint))
        return made, gone
    finally:
        await database.close()
