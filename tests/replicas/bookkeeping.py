"""What is kept of all that was asked: the record has every whole stream and verifies, and money is counted once."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter

from redis.asyncio import Redis
from sqlalchemy import func, select, text

from gateway.audit.anchors import FileAnchor
from gateway.audit.export import Export, verify
from gateway.audit.opened import audit_keys
from gateway.record import rows_of
from gateway.stores.database import Database, open_database
from gateway.stores.master import MasterKey
from gateway.stores.tables.audit import AuditStore, Filter
from gateway.stores.tables.usage import USAGE
from tests.architecture.source import ROOT
from tests.replicas.installation import MASTER, Installation
from tests.replicas.processes import run

WITHIN_SECONDS = 120.0
Numbers = dict[str, object]


async def record_faults(one: Installation) -> list[str]:
    """Whatever is wrong with the record: its chains, and what of a whole answer is not in it."""
    database = open_database(one.postgres.url)
    store = AuditStore(database)
    keys = await store.keys()
    found = Export(keys[0].public_key, keys[1:], await store.checkpoints())
    kept: Counter[tuple[str, str]] = Counter()
    async for row in rows_of(store, Filter()):
        found.rows.setdefault(row.chain, []).append(row)
        kept[row.request_id, row.kind] += 1
    await database.close()
    mac_key = audit_keys(MasterKey(MASTER).derive).mac
    anchored = await asyncio.to_thread(FileAnchor(one.folder / "anchor.jsonl").read)
    wrong = [
        f"{fault.chain} row {fault.seq}: {fault.what}" for fault in verify(found, anchor=anchored, mac_key=mac_key)
    ]
    for heard in one.heard:
        if heard.outcome == "whole":
            # Three values in the request; in each block somebody's address, and nobody's number.
            expected = {"request": 1, "redaction": min(3 + 2 * heard.blocks, 1000)}
            lacks = {kind: count for kind, count in expected.items() if kept[heard.request_id, kind] < count}
            wrong += [f"stream {heard.talk.number} lacks {lacks}"] if lacks else []
    return wrong


def verified_by_the_command(one: Installation) -> Numbers:
    """`holdback audit export` and `holdback audit verify`, as an auditor runs them.

    Raises:
        RuntimeError: it found a fault.
    """
    anchor, export = one.folder / "anchor.then", one.folder / "export.jsonl"
    shutil.copy(one.folder / "anchor.jsonl", anchor)  # while the replicas go on, so does the anchor
    export.write_text(run(ROOT, "audit", "export", "--config", str(one.config)), encoding="utf-8")
    run(ROOT, "audit", "verify", str(export), "--anchor", str(anchor), "--config", str(one.config))
    return {"rows": export.read_text(encoding="utf-8").count('"type": "event"'), "faults": 0}


async def money(one: Installation) -> dict[str, int]:
    """What is spent, by the counters and by the ledger, and what is held for open requests: nano-dollars."""
    sums: dict[str, int] = {"counted": 0, "held": 0}
    async with Redis.from_url(one.redis.url) as redis:
        async for key in redis.scan_iter("holdback:meter:*", _type="HASH"):
            sums["counted"] += int(await redis.hget(key, "spent") or 0)
            sums["held"] += int(await redis.hget(key, "held") or 0)
    database = open_database(one.postgres.url)
    sums["ledger"] = await _ledger(database)
    await database.close()
    return sums


async def _ledger(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.coalesce(func.sum(USAGE.c.cost_nano), 0))) or 0)


async def settled(one: Installation, *, after_a_kill: bool = False) -> dict[str, object]:
    """Wait until counters and ledger agree, and nothing is held; the sums.

    Args:
        after_a_kill: what a killed replica held is charged as it was reserved, when its lease is over, and no ledger
            has it: the counters may only be ahead.

    Raises:
        AssertionError: they do not, in time.
    """
    started = time.monotonic()
    while True:
        # Each purse is touched: one that was lost is filled again, one whose leases are over charges them.
        for key in range(len(one.keys)):
            await one.say(one.talk(key))
        sums = await money(one)
        ahead = sums["counted"] - sums["ledger"]
        if not sums["held"] and (ahead > 0 if after_a_kill else ahead == 0):
            return {**sums}
        assert time.monotonic() - started < WITHIN_SECONDS, sums
        await asyncio.sleep(0.1)


async def counted(one: Installation) -> int:
    """Uses that the next release counted, in the column that this one knows nothing of."""
    database = open_database(one.postgres.url)
    async with database.read() as connection:
        found = int(await connection.scalar(text("SELECT sum(uses) FROM access_uses")) or 0)
    await database.close()
    return found
