"""The schema: which one is there, whether this release can run on it, and the way to its own.

A revision is called `<schema>_<step>_<what>`. Release N brings schema N and runs on N and N+1: schema N+1 only adds to
what release N uses (expand), and takes away only what release N does without already (contract). So replicas are
updated one by one: `holdback migrate` with the new release first, then the replicas.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from gateway.errors import ConfigurationError
from gateway.stores.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_CURE = "Run `holdback migrate` with this release and the same configuration."
_LATER = "Install the release that made it, or restore a backup."
_LOCK = 0x486F6C64  # "Hold", for the one that migrates


@cache
def head() -> str:
    """The revision that this release brings.

    Raises:
        CommandError: there are two ends, since two changes continue the same revision: let one continue the other.
    """
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise ConfigurationError("the migrations are missing from this installation.", cure="Install it again.")
    return found


async def migrate(database: Database) -> tuple[str | None, str]:
    """Bring the schema to this release's; several may try at once.

    Returns:
        The revision before (None: empty) and after.

    Raises:
        ConfigurationError: the schema is of a later release.
        StoreUnavailable: the database cannot be reached.
    """
    async with database.write() as connection:
        return await connection.run_sync(_migrate)


async def check_schema(database: Database) -> None:
    """Refuse a schema that this release cannot run on.

    Raises:
        ConfigurationError: with the command that cures it.
        StoreUnavailable: the database cannot be reached.
    """
    async with database.read() as connection:
        found = await connection.run_sync(current)
    judge(found, head())


async def is_empty(database: Database) -> bool:
    """Whether there is no table at all."""
    async with database.read() as connection:
        return await connection.run_sync(lambda c: not inspect(c).get_table_names())


def judge(found: str | None, own: str) -> None:
    """Whether a release whose head is `own` runs on the schema `found`.

    Raises:
        ConfigurationError: it does not.
    """
    if found is None:
        raise ConfigurationError("the database is empty.", cure=_CURE)
    if found == own or _schema(found) == _schema(own) + 1:
        return
    if _schema(found) > _schema(own):
        problem = (
            f"the database has schema {_schema(found)}, this release runs on {_schema(own)} and {_schema(own) + 1}."
        )
        raise ConfigurationError(problem, cure=_LATER)
    if _schema(found) == _schema(own) and _step(found) > _step(own):
        # Steps of one schema are not taken one by one: only whole schemas add without taking away.
        raise ConfigurationError(f"the database has schema {found}, this release needs {own}.", cure=_LATER)
    raise ConfigurationError(f"the database has schema {found}, this release needs {own}.", cure=_CURE)


def current(connection: Connection) -> str | None:
    """The revision of a database; None when it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def _schema(revision: str) -> int:
    number = revision.partition("_")[0]
    return int(number) if number.isdecimal() else 1 << 30


def _step(revision: str) -> int:
    number = revision.split("_")[1] if "_" in revision else ""
    return int(number) if number.isdecimal() else 1 << 30


def _migrate(connection: Connection) -> tuple[str | None, str]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = current(connection)
    if before is not None and (_schema(before), _step(before)) > (_schema(head()), _step(head())):
        judge(before, head())  # of the next release: fine as it stands, and not ours to change
        return before, before
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
