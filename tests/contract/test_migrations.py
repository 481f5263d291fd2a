"""Migrations run on both databases, and give what the tables say."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from gateway.errors import ConfigurationError
from gateway.stores.database import Database, open_database
from gateway.stores.migrate import check_schema, head, is_empty, judge, migrate
from gateway.stores.schema import all_tables


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, all_tables()))


async def test_migrations_give_the_tables(empty: Database) -> None:
    assert await is_empty(empty)
    assert await migrate(empty) == (None, head())
    assert not await is_empty(empty)
    async with empty.read() as connection:
        assert await connection.run_sync(differences) == []
    assert await migrate(empty) == (head(), head())
    await check_schema(empty)


async def test_a_planted_difference_is_found(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE tenants ADD COLUMN planted INTEGER"))
    async with database.read() as connection:
        assert len(await connection.run_sync(differences)) == 1


async def test_several_may_migrate_at_once(empty_url: str) -> None:
    databases = [open_database(empty_url) for _ in range(4)]
    befores = [before for before, _ in await asyncio.gather(*map(migrate, databases))]
    assert befores.count(None) == 1
    for database in databases:
        await check_schema(database)
        await database.close()


async def test_an_empty_database_is_refused_with_the_cure(empty: Database) -> None:
    with pytest.raises(ConfigurationError, match="holdback migrate"):
        await check_schema(empty)


async def test_the_schema_of_the_next_release_is_left_alone(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '2_03_later'"))
    await check_schema(database)
    assert await migrate(database) == ("2_03_later", "2_03_later")
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '3_01_much_later'"))
    for call in (check_schema, migrate):
        with pytest.raises(ConfigurationError, match="runs on 1 and 2"):
            await call(database)


async def test_a_later_step_of_this_schema_is_refused_by_all(database: Database) -> None:
    """There is no way back down: what is there stays, and the word says what to do."""
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '1_99_later'"))
    for call in (check_schema, migrate):
        with pytest.raises(ConfigurationError, match=r"has schema 1_99_later.*Install the release that made it"):
            await call(database)


@pytest.mark.parametrize("found", ["5_02_b", "6_01_a", "6_99_z"])
def test_a_release_runs_on_its_schema_and_the_next(found: str) -> None:
    judge(found, "5_02_b")


@pytest.mark.parametrize(
    ("found", "cure"),
    [
        (None, "holdback migrate"),
        ("5_01_a", "holdback migrate"),
        ("4_07_g", "holdback migrate"),
        ("7_01_a", "Install the release"),
        ("5_03_c", "Install the release"),
        ("deadbeef", "Install the release"),
    ],
)
def test_any_other_is_refused_with_its_cure(found: str | None, cure: str) -> None:
    with pytest.raises(ConfigurationError, match=cure) as caught:
        judge(found, "5_02_b")
    assert caught.value.exit_code == 78
