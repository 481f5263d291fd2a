"""Whoever changes the database file is found: at every place of a chain of 1,000 events, by the file alone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.anchors import FileAnchor
from gateway.audit.chain import Fault, Row
from gateway.audit.event import AuditEvent, Kind
from gateway.audit.export import Export, verify
from gateway.audit.keeper import Keeper
from gateway.audit.log import AuditKeys, AuditLog
from gateway.cli import main
from gateway.record import record_of
from gateway.stores.database import open_database
from gateway.stores.migrate import migrate
from gateway.stores.tables.audit import AuditStore

COUNT, SEEN, ANCHORED = 1_000, 900, 1_000
COLUMNS = "chain, seq, at_us, kind, request_id, body, commitments, previous, hash, mac"
EVERY = pytest.mark.parametrize("step", [53, pytest.param(1, marks=pytest.mark.slow)])
Places = list[tuple[str, int]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with 1,000 events of one tenant and 3 of another. The database's last checkpoint was made at row
    900: the one that was made at the end is in the anchor only."""
    folder = tmp_path_factory.mktemp("record")
    asyncio.run(_written(folder))
    return folder / "x.sqlite3"


async def _written(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'x.sqlite3'}")
    await migrate(database)
    store = AuditStore(database)
    async with AuditLog(store, AuditKeys(b"m" * 32, b"s" * 32)) as log:
        keeper = Keeper(store, log, Ed25519PrivateKey.from_private_bytes(b"k" * 32), [FileAnchor(folder / "anchor")])
        await keeper.begin()
        await log.record(*(_event(number, "ten_b") for number in range(3)))
        await log.record(*(_event(number, "ten_a") for number in range(SEEN)))
        await keeper.checkpoint()
        await log.record(*(_event(number, "ten_a") for number in range(SEEN, COUNT)))
        await keeper.checkpoint()
    await database.close()
    with sqlite3.connect(folder / "x.sqlite3") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")  # whoever has the file has these too
        connection.execute("DELETE FROM audit_checkpoints WHERE number = 2")
        connection.execute("PRAGMA journal_mode=DELETE")


def _event(number: int, tenant: str) -> AuditEvent:
    return AuditEvent(Kind.REDACTION, tenant, number, f"req_{number}", {"entity": "US_SSN", "start": number})


class Tampered:
    """The file's record after a change, which is taken back."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._record = asyncio.run(record_of(file))
        self._anchor = FileAnchor(file.parent / "anchor").read()

    @contextmanager
    def by(self, *statements: tuple[str, tuple[object, ...]]) -> Iterator[Callable[..., list[Fault]]]:
        self._connection.execute("BEGIN")
        try:
            for statement, values in statements:
                self._connection.execute(statement, values)
            yield self._faults
        finally:
            self._connection.execute("ROLLBACK")

    def _faults(self, *, anchored: bool = False) -> list[Fault]:
        rows: dict[str, list[Row]] = {}
        for values in self._connection.execute(f"SELECT {COLUMNS} FROM audit_events ORDER BY chain, seq"):
            rows.setdefault(values[0], []).append(Row(*values))
        kept = self._record
        read = Export(kept.first_key, kept.rotations, kept.checkpoints, rows)
        return verify(read, anchor=self._anchor if anchored else ())


@pytest.fixture(scope="module")
def tampered(whole: Path) -> Tampered:
    return Tampered(whole)


def places(faults: list[Fault]) -> Places:
    return [(fault.chain, fault.seq) for fault in faults]


SHIFT = (
    "UPDATE audit_events SET seq = -seq WHERE chain = 'ten_a' AND seq >= ?",
    "UPDATE audit_events SET seq = 1 - seq WHERE chain = 'ten_a' AND seq < 0",
)


def test_an_untouched_record_is_fine(tampered: Tampered) -> None:
    with tampered.by() as faults:
        assert faults(anchored=True) == []


@EVERY
def test_an_edit_is_found_at_every_place(tampered: Tampered, step: int) -> None:
    for column, value in (("body", '{"entity":"URL"}'), ("at_us", 7_000_000), ("kind", "restore"), ("request_id", "")):
        for seq in range(1, COUNT + 1, step if column == "body" else step * 30):
            edit = f"UPDATE audit_events SET {column} = ? WHERE chain = 'ten_a' AND seq = ?"
            with tampered.by((edit, (value, seq))) as faults:
                assert places(faults()) == [("ten_a", seq)], (column, seq)


@EVERY
def test_a_deletion_is_found_at_every_place(tampered: Tampered, step: int) -> None:
    for seq in range(1, COUNT, step):
        with tampered.by(("DELETE FROM audit_events WHERE chain = 'ten_a' AND seq = ?", (seq,))) as faults:
            found = places(faults())
            assert found[0] == ("ten_a", seq + 1), seq  # the first that does not follow
            assert set(found) <= {("ten_a", seq + 1), ("ten_a", SEEN)}


@EVERY
def test_a_deletion_that_closes_the_gap_is_found_at_every_place(tampered: Tampered, step: int) -> None:
    for seq in range(1, COUNT, step):
        gone = ("DELETE FROM audit_events WHERE chain = 'ten_a' AND seq = ?", (seq,))
        away = ("UPDATE audit_events SET seq = -seq WHERE chain = 'ten_a' AND seq > ?", (seq,))
        back = ("UPDATE audit_events SET seq = -seq - 1 WHERE chain = 'ten_a' AND seq < 0", ())
        with tampered.by(gone, away, back) as faults:
            assert places(faults())[0] == ("ten_a", seq), seq


@EVERY
def test_an_insertion_is_found_at_every_place(tampered: Tampered, step: int) -> None:
    rest = COLUMNS.removeprefix("chain, seq, ")
    insert = f"INSERT INTO audit_events ({COLUMNS}) SELECT chain, ?, {rest} "
    insert += "FROM audit_events WHERE chain = 'ten_a' AND seq = ?"
    for seq in range(1, COUNT + 1, step):
        copied = (insert, (seq, (seq + 400) % COUNT + 1))
        shifts = ((SHIFT[0], (seq,)), (SHIFT[1], ()))
        with tampered.by(*shifts, copied) as faults:
            assert places(faults())[0] == ("ten_a", seq), seq


@EVERY
def test_a_swap_is_found_at_every_place(tampered: Tampered, step: int) -> None:
    swap = "UPDATE audit_events SET seq = ? WHERE chain = 'ten_a' AND seq = ?"
    for seq in range(1, COUNT, step):
        with tampered.by((swap, (-1, seq)), (swap, (seq, seq + 1)), (swap, (seq + 1, -1))) as faults:
            assert places(faults())[0] == ("ten_a", seq), seq


@EVERY
def test_a_cut_is_found_at_every_place_with_the_anchor(tampered: Tampered, step: int) -> None:
    """And without it at every place back to the last checkpoint that is signed in the file."""
    for seq in range(1, COUNT + 1, step):
        with tampered.by(("DELETE FROM audit_events WHERE chain = 'ten_a' AND seq >= ?", (seq,))) as faults:
            left = [("ten_a", seq - 1)]
            assert places(faults(anchored=True))[-1:] == left, seq
            assert places(faults()) == (left if seq <= SEEN else []), seq


def test_a_dropped_tenant_is_found(tampered: Tampered) -> None:
    with tampered.by(("DELETE FROM audit_events WHERE chain = 'ten_b'", ())) as faults:
        (fault,) = faults()
    assert (fault.chain, "whole chain is missing" in fault.what) == ("ten_b", True)


def test_the_command_reads_the_file_and_changes_nothing_in_it(whole: Path) -> None:
    before = whole.read_bytes()
    done = CliRunner().invoke(main, ["audit", "verify", str(whole), "--anchor", str(whole.parent / "anchor")])
    assert (done.exit_code, "1003 rows in 2 chains" in done.output) == (0, True), done.output
    assert whole.read_bytes() == before
    cut = whole.with_name("cut.sqlite3")
    cut.write_bytes(before)
    with sqlite3.connect(cut) as connection:
        connection.execute("DELETE FROM audit_events WHERE seq > 950")
    assert CliRunner().invoke(main, ["audit", "verify", str(cut)]).exit_code == 0
    done = CliRunner().invoke(main, ["audit", "verify", str(cut), "--anchor", str(whole.parent / "anchor")])
    assert (done.exit_code, "ten_a row 950: the end is cut off" in done.output) == (1, True), done.output
