"""The audit on real databases: what was acknowledged is there, two replicas write one chain, guard rails hold."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from gateway.audit.anchors import FileAnchor
from gateway.audit.checkpoint import public_bytes, sign_checkpoint
from gateway.audit.event import AuditEvent, Kind, is_committed
from gateway.audit.export import Export, verify
from gateway.audit.keeper import Keeper
from gateway.audit.log import REQUEST_FINDINGS, AuditKeys, AuditLog, Recorder, subject_of
from gateway.errors import ConfigurationError
from gateway.errors.audit import AuditUnavailable
from gateway.errors.stores import Conflict, StoreUnavailable
from gateway.stores.database import Database, open_database
from gateway.stores.tables.audit import AuditStore, Filter

KEYS = AuditKeys(b"m" * 32, b"s" * 32)
SIGNING = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ROOT = Path(__file__).resolve().parents[2]


def event(number: int, kind: Kind = Kind.REDACTION, tenant: str = "ten_a", age_days: int = 0) -> AuditEvent:
    at_us = time.time_ns() // 1000 - age_days * 86_400_000_000
    return AuditEvent(kind, tenant, at_us, f"req_{number}", {"count": number}, user=f"user{number % 3}")


@pytest.fixture
def store(database: Database) -> AuditStore:
    return AuditStore(database)


@pytest.fixture
async def log(store: AuditStore) -> AsyncIterator[AuditLog]:
    async with AuditLog(store, KEYS) as opened:
        yield opened


async def record(store: AuditStore) -> Export:
    """Everything that is kept."""
    keys = await store.keys()
    found = Export(keys[0].public_key if keys else public_bytes(SIGNING), keys[1:], await store.checkpoints())
    after, rows = ("", 0), await store.rows(Filter())
    while rows:
        for row in rows:
            found.rows.setdefault(row.chain, []).append(row)
        after = rows[-1].chain, rows[-1].seq
        rows = await store.rows(Filter(), after=after)
    return found


async def test_what_is_acknowledged_is_there_and_verifies(store: AuditStore, log: AuditLog) -> None:
    await asyncio.gather(*(log.record(event(number)) for number in range(300)))
    await log.record(event(1, Kind.ADMIN), event(2, tenant="system"))
    found = await record(store)
    assert {chain: len(rows) for chain, rows in found.rows.items()} == {"system": 1, "ten_a": 300, "ten_a!critical": 1}
    assert verify(found, mac_key=KEYS.mac) == []
    assert sorted(row.body for row in found.rows["ten_a"]) == sorted(event(n).body() for n in range(300))


async def test_two_replicas_write_one_chain(empty_url: str, database: Database) -> None:
    other = open_database(empty_url)
    try:
        async with AuditLog(AuditStore(database), KEYS) as one, AuditLog(AuditStore(other), KEYS) as two:
            await asyncio.gather(*((one, two)[number % 2].record(event(number)) for number in range(200)))
        found = await record(AuditStore(database))
        assert len(found.rows["ten_a"]) == 200
        assert verify(found, mac_key=KEYS.mac) == []
    finally:
        await other.close()


async def test_rows_are_never_changed_nor_deleted(database: Database, log: AuditLog) -> None:
    await log.record(event(1), event(2))
    for statement in ("UPDATE audit_events SET body = '{}'", "DELETE FROM audit_events"):
        with pytest.raises(Conflict):
            async with database.write() as connection:
                await connection.execute(text(statement))


async def test_pruning_leaves_a_record_that_verifies(store: AuditStore, log: AuditLog, tmp_path: Path) -> None:
    keeper = Keeper(store, log, SIGNING, [FileAnchor(tmp_path / "anchor")])
    await keeper.begin()
    await log.record(*(event(number, age_days=90) for number in range(50)))
    await log.record(*(event(number) for number in range(20)))
    await keeper.checkpoint()
    assert await keeper.prune("ten_a", 60) == 50
    assert await keeper.prune("ten_a", 60) == 0
    await keeper.checkpoint()
    found = await record(store)
    assert len(found.rows["ten_a"]) == 20
    assert verify(found, mac_key=KEYS.mac, anchor=FileAnchor(tmp_path / "anchor").read()) == []
    with pytest.raises(ValueError, match="ordinary"):
        await keeper.prune("ten_a!critical", 60)
    with pytest.raises(ValueError, match="30 to 365"):
        await keeper.prune("ten_a", 29)


async def test_the_signing_key_is_rotated_by_the_old_one(store: AuditStore, log: AuditLog) -> None:
    first = Keeper(store, log, SIGNING)
    await first.begin()
    await log.record(event(1))
    await first.checkpoint()
    new = Ed25519PrivateKey.generate()
    second = Keeper(store, log, new)
    with pytest.raises(ConfigurationError):
        await second.begin()
    with pytest.raises(ConfigurationError):
        await second.rotate_key(Ed25519PrivateKey.generate())
    await second.rotate_key(SIGNING)
    await second.begin()
    await second.checkpoint()
    assert verify(await record(store), first_key=public_bytes(SIGNING), mac_key=KEYS.mac) == []


async def test_a_person_is_erased_and_the_chain_still_holds(store: AuditStore, log: AuditLog) -> None:
    await log.record(*(event(number) for number in range(9)))
    found = await record(store)
    rows = found.rows["ten_a"]
    kept = await store.sides("ten_a", [row.seq for row in rows])
    opened = [log.opened(sealed, "ten_a", seq, name) for (seq, name), sealed in kept.items()]
    assert {side.value for side in opened} == {"user0", "user1", "user2"}
    by_seq = {row.seq: json.loads(row.commitments) for row in rows}
    assert all(
        is_committed(log.opened(sealed, "ten_a", seq, name), by_seq[seq]) for (seq, name), sealed in kept.items()
    )
    assert await store.erase_subject(subject_of(KEYS, "user1")) == 3
    assert len(await store.sides("ten_a", [row.seq for row in rows])) == 6
    assert verify(await record(store), mac_key=KEYS.mac) == []


async def test_the_chain_holds_through_seal_erasure_pruning_and_a_new_signing_key(
    store: AuditStore, log: AuditLog, tmp_path: Path
) -> None:
    anchor, new = FileAnchor(tmp_path / "anchor"), Ed25519PrivateKey.generate()

    async def retention(tenant: str) -> int:
        return {"ten_a": 30, "ten_b": 365}.get(tenant, 90)

    first = Keeper(store, log, SIGNING, [anchor], retention_days=retention)
    await first.begin()
    await log.record(*(event(number, age_days=400 - number // 2) for number in range(200)))
    await log.record(*(event(number, tenant="ten_b", age_days=100) for number in range(5)))
    await first.checkpoint()
    await log.record(event(1, Kind.SEAL), event(2), event(3, Kind.UNSEAL))
    assert await store.erase_subject(subject_of(KEYS, "user1")) > 0
    await log.record(event(4, Kind.ERASURE))
    assert await first.prune_all() == 200
    await first.checkpoint()
    second = Keeper(store, log, new, [anchor], retention_days=retention)
    await second.rotate_key(SIGNING)
    await second.begin()
    await log.record(*(event(number, age_days=31) for number in range(3)))
    assert await second.prune_all() == 0  # row 201 is younger, and what follows it stays with it
    await second.checkpoint()
    found = await record(store)
    assert {chain: rows[0].seq for chain, rows in found.rows.items() if "crit" not in chain} == {
        "ten_a": 201,
        "ten_b": 1,
    }
    kept = anchor.read()
    assert [one.number for one in kept] == [1, 2, 3]
    assert verify(found, first_key=public_bytes(SIGNING), mac_key=KEYS.mac, anchor=kept) == []
    found.rows["ten_a"].pop(0)
    assert [fault.seq for fault in verify(found, anchor=kept)] == [202, 201]  # what does not follow, and what was seen


async def test_an_anchor_that_was_away_gets_what_it_missed(store: AuditStore, log: AuditLog, tmp_path: Path) -> None:
    told: list[str] = []
    away = tmp_path / "away"
    away.write_text("no folder")
    keeper = Keeper(store, log, SIGNING, [FileAnchor(away / "anchor")], tell=lambda event: told.append(event.action))
    await keeper.begin()
    for number in range(3):
        await log.record(event(number))
        await keeper.checkpoint()
    assert (told, keeper.behind) == (["audit.anchor_failed"], 1)
    away.unlink()
    await log.record(event(9))
    await keeper.checkpoint()
    assert (told[1:], keeper.behind) == (["audit.anchor_recovered"], 0)
    assert [one.number for one in FileAnchor(away / "anchor").read()] == [4]  # it begins with the newest
    other = Keeper(store, log, SIGNING, [FileAnchor(tmp_path / "other")])
    for number in range(2):
        await log.record(event(number))
        await other.checkpoint()
    await keeper.checkpoint()
    assert [one.number for one in FileAnchor(away / "anchor").read()] == [4, 5, 6]  # the other replica's too


async def test_a_record_that_is_shorter_than_its_anchor_is_told_of(
    store: AuditStore, log: AuditLog, database: Database, tmp_path: Path
) -> None:
    anchor = FileAnchor(tmp_path / "anchor")
    keeper = Keeper(store, log, SIGNING, [anchor])
    await keeper.begin()
    await log.record(event(1))
    await keeper.checkpoint()
    ahead = sign_checkpoint(SIGNING, await store.last_checkpoint(), await store.heads(), 1)
    await anchor.put(ahead)  # what a database knew that was replaced by a backup
    told: list[tuple[str, object]] = []
    again = Keeper(store, log, SIGNING, [anchor], tell=lambda one: told.append((one.action, one.details["reason"])))
    await again.begin()
    assert told == [("audit.record_behind", "older_than_anchor")]
    async with database.write() as connection:
        await connection.execute(text("UPDATE audit_heads SET seq = 0"))
    await again.checkpoint()
    assert told[1:] == [("audit.record_behind", "end_cut_off")]


async def test_findings_beyond_the_cap_are_counted(store: AuditStore, log: AuditLog) -> None:
    recorder = Recorder(log, tenant="ten_a", request_id="req_1")
    for _ in range(REQUEST_FINDINGS + 7):
        recorder.note(Kind.REDACTION, {"entity": "URL"})
    await recorder.durable()
    rows = await store.rows(Filter(request_id="req_1"), limit=5000)
    assert len(rows) == REQUEST_FINDINGS + 1
    assert rows[-1].body == '{"left_out":7}'


class _Away(AuditStore):
    async def append(self, *_: object) -> list[object]:  # type: ignore[override]
        raise StoreUnavailable


async def test_a_database_that_is_away_fails_what_waits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.audit.log.RETRY_SECONDS", 0.2)
    async with AuditLog(_Away(database), KEYS) as log:
        recorder = Recorder(log, tenant="ten_a", request_id="req_1")
        recorder.note(Kind.BLOCK, {})
        with pytest.raises(AuditUnavailable):
            await recorder.durable()


async def test_a_writer_that_ends_leaves_nobody_waiting(store: AuditStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(20), AuditLog(store, KEYS) as log:
        monkeypatch.setattr(AuditLog, "_written", Mock(side_effect=RuntimeError("a defect")))
        with pytest.raises(AuditUnavailable):
            await log.record(event(1))
        with pytest.raises(AuditUnavailable):
            log.note(event(2))


async def test_a_full_queue_refuses_and_drops_nothing(store: AuditStore) -> None:
    async with AuditLog(store, KEYS, queue_events=5) as log:
        waiting = [log.note(event(number)) for number in range(5)]
        with pytest.raises(AuditUnavailable):
            log.note(event(6))
        await asyncio.gather(*waiting)
        await log.record(event(7))
    assert len(await store.rows(Filter())) == 6


KILLED = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from tests.contract.test_audit import KEYS, event
from gateway.audit.log import AuditLog
from gateway.stores.database import open_database
from gateway.stores.tables.audit import AuditStore

async def one(log, start):
    for number in range(start, start + 100_000):
        await log.record(event(number))
        print(number, flush=True)

async def main():
    async with AuditLog(AuditStore(open_database(sys.argv[1])), KEYS) as log:
        await asyncio.gather(*(one(log, start * 1_000_000) for start in range(8)))

asyncio.run(main())
"""


async def test_killed_under_load_no_acknowledged_event_is_lost(empty_url: str, database: Database) -> None:
    command = [sys.executable, "-c", textwrap.dedent(KILLED), empty_url, str(ROOT)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    acknowledged = [int(await process.stdout.readline()) for _ in range(60)]
    process.kill()
    acknowledged += [int(line) for line in (await process.stdout.read()).split(b"\n")[:-1]]
    await process.wait()
    found = await record(AuditStore(database))
    kept = {int(row.request_id.removeprefix("req_")) for row in found.rows["ten_a"]}
    assert set(acknowledged) <= kept
    assert verify(found, mac_key=KEYS.mac) == []
