"""Every store is tried on real servers; one PostgreSQL and one Redis a run, a new database a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from gateway.stores.database import Database, open_database
from gateway.stores.memory import MemoryShared
from gateway.stores.migrate import migrate
from gateway.stores.redis import open_redis
from gateway.stores.store import Shared
from tests import servers
from tests.contract.databases import new_postgres

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.RedisServer]:
    with servers.redis() as server:
        yield server


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
