"""Every store is tried on real servers; one PostgreSQL and one Redis a run, a new database a test."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.stores.database import Database, open_database
from gateway.stores.memory import MemoryShared
from gateway.stores.migrate import migrate
from gateway.stores.redis import open_redis
from gateway.stores.store import Shared
from tests import servers

_numbers = itertools.count()
KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.RedisServer]:
    with servers.redis() as server:
        yield server


async def new_postgres(url: str) -> str:
    """The URL of a new, empty database of that server."""
    name = f"holdback_{os.getpid()}_{next(_numbers)}"
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=KINDS)
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'holdback.sqlite3'}"
    return await new_postgres(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    database = open_database(empty_url)
    yield database
    await database.close()


@pytest.fixture
async def database(empty: Database) -> Database:
    """A database with the schema of this release."""
    await migrate(empty)
    return empty


@pytest.fixture(params=["memory", "redis"])
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[], Shared]]:
    """Makes connections to one and the same shared store; those in memory are one object."""
    opened: list[Shared] = []
    if request.param == "memory":
        opened.append(MemoryShared())
        yield lambda: opened[0]
    else:
        url = request.getfixturevalue("redis_server").url

        def another() -> Shared:
            opened.append(open_redis(url))
            return opened[-1]

        yield another
    for shared in opened:
        await shared.close()
