"""What the record costs, next to bare batched inserts of the same rows, in one run, on both databases.

python -m tests.bench.audit [--events 10000] [--rounds 7]

The record is fed as requests feed it: 200 at once, each handing in ten events and waiting until they are durable. The
bare inserts put the very rows that came of it, in transactions as large, into a table of the same columns and indexes,
once by SQLAlchemy and once by the driver's own statement: no hash, no MAC, no head to move, nobody who waits. What goes
in is made before the clock starts, here and there. They take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sqlalchemy import Column, Index, MetaData, Table, text
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.audit.chain import Row
from gateway.audit.event import AuditEvent, Kind, Value
from gateway.audit.log import BATCH_EVENTS, AuditKeys, AuditLog
from gateway.stores.database import Database, open_database
from gateway.stores.migrate import migrate
from gateway.stores.tables.audit import AuditStore, Filter
from gateway.stores.tables.audit_tables import EVENTS
from tests import servers
from tests.contract.databases import new_postgres

KEYS = AuditKeys(b"m" * 32, b"s" * 32)
REQUESTS, FINDINGS = 200, 10


class Took(NamedTuple):
    """Time on the wall, and of the processor in this process."""

    seconds: float
    cpu: float


async def record(database: Database, events: int) -> Took:
    """What it takes to put so many findings on record, of 200 requests at a time."""
    fields: dict[str, Value] = {
        "entity": "US_SSN",
        "start": 11,
        "end": 22,
        "recognizer": "US_SSN/dashed",
        "confidence": 0.85,
        "action": "tokenize",
        "direction": "request",
        "channel": "messages[0].content",
        "enforced": True,
        "rule": "preset hipaa:28:3",
        "clause": "164.514(b)(2)(i)(G) Social Security numbers",
    }

    def events_of(number: int) -> list[list[AuditEvent]]:
        names = [f"req_{number:08x}{again:08x}" for again in range(events // REQUESTS // FINDINGS)]
        return [[AuditEvent(Kind.REDACTION, "ten_a", 1, name, fields) for _ in range(FINDINGS)] for name in names]

    async def request(mine: list[list[AuditEvent]]) -> None:
        for some in mine:
            await log.record(*some)

    prepared = [events_of(number) for number in range(REQUESTS)]
    async with AuditLog(AuditStore(database), KEYS) as log:
        await log.record(AuditEvent(Kind.REDACTION, "warm", 0))
        gc.freeze()  # what was prepared is no work of the garbage collector's
        started = time.perf_counter(), time.process_time()
        await asyncio.gather(*map(request, prepared))
        return Took(time.perf_counter() - started[0], time.process_time() - started[1])


BARE = Table(
    "bare",
    MetaData(),
    *(Column(one.name, one.type, primary_key=one.primary_key, autoincrement=False) for one in EVENTS.columns),
    Index("ix_bare", "request_id"),
)


async def insert(database: Database, rows: Sequence[Row], *, driver: bool) -> Took:
    """What it takes to insert these rows, in batches as large, into a bare table; `driver`: by the driver's own
    statement, without SQLAlchemy's."""
    names = [column.name for column in BARE.columns]
    mappings = [{name: getattr(row, name) for name in names} for row in rows]
    tuples = [tuple(one.values()) for one in mappings]
    async with database.write() as connection:
        await connection.run_sync(BARE.drop, checkfirst=True)
        await connection.run_sync(BARE.create)
        style = connection.dialect.paramstyle
    marks = ", ".join("?" if style == "qmark" else f"${number}" for number in range(1, len(names) + 1))
    gc.freeze()
    raw = f"INSERT INTO bare ({', '.join(names)}) VALUES ({marks})"
    started = time.perf_counter(), time.process_time()
    for start in range(0, len(rows), BATCH_EVENTS):
        async with database.write() as connection:
            if driver:
                await connection.exec_driver_sql(raw, tuples[start : start + BATCH_EVENTS])
            else:
                await connection.execute(BARE.insert(), mappings[start : start + BATCH_EVENTS])
    return Took(time.perf_counter() - started[0], time.process_time() - started[1])


async def compare(url: str, events: int, rounds: int) -> list[tuple[Took, Took, Took]]:
    """What each round took: the record, bare inserts, and those by the driver."""
    database, took = open_database(url), []
    try:
        await migrate(database)
        store, seen = AuditStore(database), 0
        for _ in range(rounds):
            ours = await record(database, events)
            rows: list[Row] = []
            while page := await store.rows(Filter(chains=("ten_a",)), after=("ten_a", seen)):
                rows, seen = [*rows, *page], page[-1].seq
            assert len(rows) == events, "everything is there"
            took.append((ours, await insert(database, rows, driver=False), await insert(database, rows, driver=True)))
    finally:
        await database.close()
    return took


async def fsync(url: str) -> None:
    """Let the server do what it does in earnest; the tests' own go without."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in ("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()"):
            await connection.execute(text(statement))
    await engine.dispose()


async def main() -> None:
    """Prints a line for each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, servers.postgres() as server:
        await fsync(server)
        for name, url in (("SQLite", f"sqlite:///{Path(folder) / 'x'}"), ("PostgreSQL", await new_postgres(server))):
            took = await compare(url, options.events, options.rounds)
            speeds = [f"{options.events / min(one[which].seconds for one in took):.0f}/s" for which in range(3)]
            ratios = [
                f"{median(getattr(one[which], what) / getattr(one[0], what) for one in took):.2f}"
                for what in ("seconds", "cpu")
                for which in (1, 2)
            ]
            print(
                f"{name}: record {speeds[0]}, bare {speeds[1]}, bare by the driver {speeds[2]}; medians of the ratio: "
                f"{ratios[0]} ({ratios[1]} to the driver); of CPU in this process {ratios[2]} ({ratios[3]})",
                flush=True,
            )


if __name__ == "__main__":
    asyncio.run(main())
