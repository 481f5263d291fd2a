"""A copy comes back whole, into either database; a changed one, and one from before a revocation, do not."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from gateway.audit.anchors import FileAnchor
from gateway.audit.event import AuditEvent, Kind
from gateway.audit.export import verify
from gateway.audit.keeper import Keeper
from gateway.audit.log import AuditKeys, AuditLog
from gateway.backup import check, living, restore, write
from gateway.errors import ConfigurationError
from gateway.record import record_of
from gateway.stores.database import Database, open_database
from gateway.stores.schema import all_tables
from gateway.stores.tables.audit import AuditStore
from tests.contract.databases import new_postgres
from tests.fakes.replicas import choice, replica

KEY, OTHER = b"b" * 32, b"o" * 32
KEYS = AuditKeys(b"m" * 32, b"s" * 32)


async def filled(url: str, anchor: Path) -> str:
    """A tenant with two versions of its key, records and an audit, of which a part is anchored; its id."""
    async with replica(url) as one:
        tenant = (await one.stores.tenants.create("acme", "Zażółć", one.keys.keyring.now())).id
        await one.keys.lifecycle.onboard(tenant, choice("a"))
        await one.keys.lifecycle.rotate(tenant)
        store = AuditStore(one.stores.database)
        async with AuditLog(store, KEYS) as log:
            keeper = Keeper(store, log, Ed25519PrivateKey.from_private_bytes(b"k" * 32), [FileAnchor(anchor)])
            await keeper.begin()
            now = time.time_ns() // 1000
            await log.record(*(AuditEvent(Kind.BLOCK, tenant, now, f"r{n}", user="jane") for n in range(1500)))
            await keeper.checkpoint()
    return tenant


async def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in await connection.execute(table.select())), key=repr)
            for table in all_tables().sorted_tables
        }


async def test_a_copy_comes_back_whole_into_the_other(empty_url: str, tmp_path: Path, postgres_url: str) -> None:
    into = "postgresql" if empty_url.startswith("sqlite") else "sqlite"
    tenant = await filled(empty_url, tmp_path / "anchor")
    source, file = open_database(empty_url), tmp_path / "copy"
    made = await write(source, file, KEY)
    assert (made.checkpoint, made.rows > 1500, file.stat().st_mode & 0o777) == (1, True, 0o600)
    with pytest.raises(ConfigurationError, match="cannot be made"):
        await write(source, file, KEY)
    assert check(file, KEY) == made
    url = f"sqlite:///{tmp_path / 'new' / 'x'}" if into == "sqlite" else await new_postgres(postgres_url)
    target = open_database(url)
    assert await restore(target, file, KEY, ()) == made
    assert await contents(target) == await contents(source)
    with pytest.raises(ConfigurationError, match="not empty"):
        await restore(target, file, KEY, ())
    await source.close()
    await target.close()
    async with replica(url) as again:  # and works
        assert (await again.keys.lifecycle.rotate(tenant)).version == 3
    if into == "sqlite":
        found = await record_of(tmp_path / "new" / "x")
        assert verify(found, anchor=FileAnchor(tmp_path / "anchor").read(), mac_key=KEYS.mac) == []


@pytest.fixture
async def copy(tmp_path: Path) -> tuple[Path, str]:
    url = f"sqlite:///{tmp_path / 'old'}"
    tenant = await filled(url, tmp_path / "anchor")
    source = open_database(url)
    await write(source, tmp_path / "copy", KEY)
    await source.close()
    return tmp_path / "copy", tenant


async def test_the_next_release_copies_its_own(tmp_path: Path) -> None:
    """This one runs on its schema, and would leave out what it does not know of."""
    async with replica(f"sqlite:///{tmp_path / 'x'}") as one:
        async with one.stores.database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '2_01_next'"))
        with pytest.raises(ConfigurationError, match="Copy it with the release that made it"):
            await write(one.stores.database, tmp_path / "copy", KEY)
    assert not (tmp_path / "copy").exists()


async def test_what_was_revoked_since_does_not_come_back(copy: tuple[Path, str], tmp_path: Path) -> None:
    file, tenant = copy
    assert living(file) == {(tenant, 1), (tenant, 2)}
    target = open_database(f"sqlite:///{tmp_path / 'x'}")
    with pytest.raises(ConfigurationError, match="would bring back 1 revoked key versions, such as 1 of"):
        await restore(target, file, KEY, {(tenant, 1), ("ten_other", 2)})
    assert (await restore(target, file, KEY, {(tenant, 3)})).checkpoint == 1
    await target.close()


async def test_a_copy_that_is_not_whole_or_not_ours_is_refused(copy: tuple[Path, str], tmp_path: Path) -> None:
    file, _ = copy
    whole = gzip.decompress(file.read_bytes())
    lines = whole.splitlines(keepends=True)
    changed = {
        "cut": gzip.compress(b"".join(lines[:-1])),
        "shorter": gzip.compress(b"".join([*lines[:5], *lines[6:]])),
        "edited": gzip.compress(whole.replace(b"acme", b"acmf")),
        "broken": file.read_bytes()[:-20],
        "none": b"hello",
        "empty": b"",
    }
    for name, content in changed.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ConfigurationError, match="no copy, not whole"):
            check(tmp_path / name, KEY)
    with pytest.raises(ConfigurationError, match="another installation"):
        check(file, OTHER)
    assert check(file, KEY).rows > 1500


async def test_a_restored_older_state_is_shown_by_the_anchor(copy: tuple[Path, str], tmp_path: Path) -> None:
    """What happened after the copy is known to the anchor only; the gateway says so when it starts, and so does
    `verify`."""
    file, tenant = copy
    anchor = FileAnchor(tmp_path / "anchor")
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    old = open_database(f"sqlite:///{tmp_path / 'old'}")
    async with AuditLog(AuditStore(old), KEYS) as log:
        await log.record(AuditEvent(Kind.KILL, tenant, time.time_ns() // 1000))
        keeper = Keeper(AuditStore(old), log, key, [anchor])
        await keeper.begin()
        await keeper.checkpoint()
    await old.close()
    target = open_database(f"sqlite:///{tmp_path / 'x'}")
    await restore(target, file, KEY, ())
    told: list[object] = []
    async with AuditLog(AuditStore(target), KEYS) as log:
        keeper = Keeper(AuditStore(target), log, key, [anchor], tell=lambda one: told.append(one.details["reason"]))
        await keeper.begin()
    await target.close()
    assert told == ["older_than_anchor"]
    found = verify(await record_of(tmp_path / "x"), anchor=anchor.read())
    assert [(fault.chain, "missing" in fault.what) for fault in found] == [(f"{tenant}!critical", True)]
