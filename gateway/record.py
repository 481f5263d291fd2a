"""The record as commands read it: out of its database, of an export, or of a database file."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway import settings
from gateway.audit.chain import Row
from gateway.audit.export import Export, read_export
from gateway.errors import ConfigurationError
from gateway.services import places
from gateway.stores.database import open_database
from gateway.stores.tables.audit import AuditStore, Filter

SQLITE_HEADER = b"SQLite format 3\0"


@asynccontextmanager
async def opened_record(config: Path) -> AsyncIterator[AuditStore]:
    """The record in a configuration's database.

    Raises:
        ConfigurationError: the configuration cannot be used.
    """
    database = places(settings.load(config).stores).database()
    try:
        yield AuditStore(database)
    finally:
        await database.close()


async def rows_of(store: AuditStore, which: Filter) -> AsyncIterator[Row]:
    """All rows that a filter lets through, page by page."""
    rows = await store.rows(which)
    while rows:
        for row in rows:
            yield row
        rows = await store.rows(which, after=(rows[-1].chain, rows[-1].seq))


async def recorded(config: Path | None, export: Path | None, which: Filter) -> list[Row]:
    """Rows from the database of a configuration, or from an export; by request, kinds and time.

    Raises:
        ConfigurationError: neither is given, or both are.
    """
    if config is not None and export is None:
        async with opened_record(config) as store:
            return [row async for row in rows_of(store, which)]
    if export is None or config is not None:
        cure = "Give --config, or --record with an export."
        raise ConfigurationError("where the record is, is not clear.", cure=cure)
    found = await record_of(export)
    rows = (row for _, rows in sorted(found.rows.items()) for row in rows)
    return [
        row
        for row in rows
        if row.request_id == (which.request_id or row.request_id)
        and (not which.kinds or row.kind in which.kinds)
        and row.at_us >= (which.from_us or 0)
    ]


async def record_of(file: Path) -> Export:
    """The record of an export, or of a database file of SQLite; that is copied first, so that nothing in it changes."""
    return await asyncio.to_thread(_export, file) or await _database(file)


def _export(file: Path) -> Export | None:
    with file.open("rb") as opened:
        if opened.read(len(SQLITE_HEADER)) == SQLITE_HEADER:
            return None
    return read_export(file.read_text(encoding="utf-8", errors="replace").splitlines())


async def _database(file: Path) -> Export:
    with tempfile.TemporaryDirectory() as folder:
        await asyncio.to_thread(_copied, file, Path(folder))
        database = open_database(f"sqlite:///{folder}/record")
        try:
            store = AuditStore(database)
            keys = await store.keys()
            found = Export(keys[0].public_key if keys else b"", keys[1:], await store.checkpoints())
            async for row in rows_of(store, Filter()):
                found.rows.setdefault(row.chain, []).append(row)
            return found
        finally:
            await database.close()


def _copied(file: Path, folder: Path) -> None:
    for part in ("", "-wal"):
        if Path(f"{file}{part}").exists():
            shutil.copy(f"{file}{part}", folder / f"record{part}")
