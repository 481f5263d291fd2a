"""Both databases behind one pair of doors."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text

from gateway.errors import ConfigurationError, GatewayError
from gateway.errors.stores import Conflict, StoreUnavailable
from gateway.stores.database import Database, open_database
from gateway.stores.schema import Moment
from gateway.stores.tables.tenants import TENANTS

MARK = "marked.value@example.com"
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def row(slug: str, **changes: object) -> dict[str, object]:
    return {
        "id": f"ten_{slug}",
        "slug": slug,
        "name": MARK,
        "status": "active",
        "created_at": NOW,
        "updated_at": NOW,
    } | changes


async def slugs(database: Database) -> list[str]:
    async with database.read() as connection:
        return sorted((await connection.execute(TENANTS.select())).scalars("slug"))


async def test_a_write_is_whole_or_not_at_all(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(TENANTS.insert().values(row("a")))

    async def collide() -> None:
        async with database.write() as connection:
            await connection.execute(TENANTS.insert().values(row("b")))
            await connection.execute(TENANTS.insert().values(row("a", id="ten_other")))

    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(TENANTS.insert().values(row("c")))
            raise RuntimeError

    with pytest.raises(Conflict):
        await collide()
    with pytest.raises(RuntimeError):
        await fail()
    assert await slugs(database) == ["a"]


async def test_what_a_reader_writes_is_lost(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(TENANTS.insert().values(row("a")))
    assert await slugs(database) == []


async def test_a_glance_waits_for_nobody(database: Database) -> None:
    """Epochs are read while all other connections are taken; each statement for itself, and again after an outage."""
    async with AsyncExitStack() as busy:
        if database.kind == "postgresql":
            for _ in range(8):
                await busy.enter_async_context(database.read())
        async with asyncio.timeout(4), database.glance() as connection:
            assert await connection.scalar(select(1)) == 1
    if database.kind == "postgresql":
        async with database.glance() as connection:
            assert await connection.scalar(text("SELECT now()")) != await connection.scalar(text("SELECT now()"))
        async with database.read() as other:
            others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            await other.execute(text(f"SELECT pg_terminate_backend(pid) FROM {others}"))
        with suppress(StoreUnavailable):
            async with database.glance() as connection:
                await connection.scalar(select(1))
        async with database.glance() as connection:
            assert await connection.scalar(select(1)) == 1


async def test_constraints_hold(database: Database) -> None:
    for bad in (row("a", status="other"), row("a", status=None), row("a", name=None)):
        with pytest.raises(Conflict):
            async with database.write() as connection:
                await connection.execute(TENANTS.insert().values(bad))


async def test_no_value_travels_in_an_error(database: Database) -> None:
    async def twice() -> None:
        async with database.write() as connection:
            await connection.execute(TENANTS.insert().values(row("a")))
            await connection.execute(TENANTS.insert().values(row("a")))

    async def nonsense() -> None:
        async with database.read() as connection:
            await connection.execute(text(f"SELECT '{MARK}' FROM nowhere"))

    for call in (twice, nonsense):
        with pytest.raises(GatewayError) as caught:
            await call()
        assert caught.value.__suppress_context__
        error: BaseException | None = caught.value
        while error is not None:
            assert not {MARK, "a"} & {
                word for text in (str(error), repr(error)) for word in re.findall(r"[\w.@]+", text)
            }
            assert MARK not in repr(vars(error))
            error = error.__context__


async def test_writers_wait_for_each_other(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(TENANTS.select())
            await asyncio.sleep(0.01)
            await connection.execute(TENANTS.insert().values(row(f"t{number:02}")))

    await asyncio.gather(*(write(number) for number in range(20)))
    assert len(await slugs(database)) == 20


async def test_moments_are_exact_and_ordered(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    async with database.write() as connection:
        await connection.execute(TENANTS.insert().values(row("a", created_at=elsewhere)))
    async with database.read() as connection:
        found = (await connection.execute(TENANTS.select().where(TENANTS.c.created_at <= NOW))).one()
    assert found.created_at == NOW
    assert found.created_at.tzinfo is UTC
    with pytest.raises(TypeError):
        Moment().process_bind_param(NOW.replace(tzinfo=None), None)  # type: ignore[arg-type]


async def test_a_database_that_is_gone_is_unavailable() -> None:
    database = open_database("postgresql://nobody@127.0.0.1:1/nothing", password="hunter2-hunter2")
    with pytest.raises(StoreUnavailable) as caught:
        await database.check()
    assert "hunter2" not in repr(caught.value) + repr(database) + repr(vars(database))
    await database.close()


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "no url", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg2://x/y"]
)
def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="database URL"):
        open_database(url)


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        database = open_database(f"sqlite:///{tmp_path / 'new' / 'a.sqlite3'}")
        async with database.write() as connection:
            await connection.execute(text("CREATE TABLE t (x)"))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
        await database.close()
    finally:
        os.umask(previous)
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3, "the file, its write-ahead log and its index"
