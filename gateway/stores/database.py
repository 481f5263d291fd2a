"""A database: SQLite or PostgreSQL, behind one pair of doors, `read` and `write`.

Laws: a failure of the driver never leaves this file, for its text holds statements and values; it becomes
`StoreUnavailable` or `Conflict`. Every wait has a limit. A write is one transaction, or did not happen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url, select
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import ConfigurationError, GatewayError
from gateway.errors.stores import Conflict, StoreUnavailable

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 15
LOCK_SECONDS = 10
POLL_CONNECTIONS = 2
"""Of all that may be open: for `glance`."""
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_SQLITE = (
    "PRAGMA journal_mode=WAL",  # readers do not wait for the writer
    "PRAGMA synchronous=FULL",  # a key that was promised is on the disk
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}",
    "PRAGMA secure_delete=ON",  # an erased key is overwritten, not only unlinked
    "PRAGMA trusted_schema=OFF",
)
_TEXT = (str, bytes, list, tuple, dict)


class Database:
    """Open with `open_database`."""

    def __init__(self, engine: AsyncEngine, polls: AsyncEngine | None = None) -> None:
        self._engine, self._polls = engine, polls or engine

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with; what it writes is lost.

        Raises:
            StoreUnavailable: no connection, or a deadline passed.
        """
        async with self._guarded(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncConnection]:
        """A connection for what is asked again and again, and must be answered while everything else waits: each
        statement for itself, in one round trip, on connections of its own. After an outage the first one may fail.

        Raises:
            StoreUnavailable: no connection, or a deadline passed.
        """
        async with self._guarded(), self._polls.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back when it raises.

        Raises:
            StoreUnavailable: no connection, a lock not got, or a deadline passed.
            Conflict: a constraint does not hold.
        """
        async with self._guarded(), self._engine.connect() as connection:
            # SQLite takes the write lock at once: a transaction that reads first could not get it later.
            await connection.execution_options(holdback_write=True)
            async with connection.begin():
                yield connection

    async def check(self) -> None:
        """Whether it answers.

        Raises:
            StoreUnavailable: it does not.
        """
        async with self.read() as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
        await self._polls.dispose()

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        failure: GatewayError
        try:
            yield
            return
        except IntegrityError as error:
            failure = Conflict()
            _blank(error)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            failure = StoreUnavailable(retry_after_seconds=1)
            _blank(error)
        raise failure from None


def _blank(error: BaseException) -> None:
    """Take all text out of a driver's error ("Key (name)=(...) already exists"): Python ties it to ours as context."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop()
        if isinstance(found, BaseException) and id(found) not in seen and not isinstance(found, GatewayError):
            seen.add(id(found))
            waiting += [found.__cause__, found.__context__, *vars(found).values()]
            found.args = ("",) * len(found.args)
            for name, value in vars(found).items():
                kept = isinstance(value, bool) or value is None
                vars(found)[name] = value if kept else type(value)() if isinstance(value, _TEXT) else None


def open_database(url: str, *, password: str | None = None, connections: int = 10) -> Database:
    """A database; nothing is connected yet.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.
        password: of the user in the URL, which itself should hold none.
        connections: open at a time, at most.

    Raises:
        ConfigurationError: the URL cannot be used.
    """
    parsed = _parsed(url)
    if password is not None:
        parsed = parsed.set(password=password)
    options: dict[str, Any] = {"timeout": LOCK_SECONDS}
    if parsed.get_backend_name() == "postgresql":
        options = {
            "timeout": CONNECT_SECONDS,
            "command_timeout": STATEMENT_SECONDS,
            "server_settings": {"application_name": "holdback", "lock_timeout": f"{LOCK_SECONDS}s"},
        }
    is_shared = parsed.get_backend_name() == "postgresql"

    def engine(connections: int, **more: Any) -> AsyncEngine:
        return create_async_engine(
            parsed,
            echo=False,
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            connect_args=options,
            **more,
        )

    if is_shared and connections > 2 * POLL_CONNECTIONS:
        return Database(
            engine(connections - POLL_CONNECTIONS, pool_pre_ping=True),
            engine(POLL_CONNECTIONS, isolation_level="AUTOCOMMIT"),
        )
    only = engine(connections, pool_pre_ping=is_shared)
    if parsed.get_backend_name() == "sqlite":
        _prepare_sqlite(only)
    return Database(only)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    driver = parsed and _DRIVERS.get(parsed.drivername)
    if not parsed or not driver:
        cure = "Give sqlite:///FILE or postgresql://USER@HOST/NAME."
        raise ConfigurationError("the database URL is not usable.", cure=cure)
    if driver.startswith("sqlite"):
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigurationError("the database URL names no file.", cure="Give sqlite:///FILE.")
        # Wrapped keys live here: for the owner's eyes only.
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = Path(parsed.database)
        if not file.exists():
            file.touch(mode=0o600)
    return parsed.set(drivername=driver)


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own idea of transactions leaves out schema changes: we begin them ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _SQLITE:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        write = connection.get_execution_options().get("holdback_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
