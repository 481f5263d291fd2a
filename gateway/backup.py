"""A copy of the whole database in one file, and back: of SQLite or PostgreSQL, into either.

Laws kept here:
1. A copy is of one moment (a snapshot), and whole: the last line counts the rows and carries a MAC under a key of the
   installation, so that a copy that was cut off or changed is refused, and so is one of another installation.
2. A copy goes into an empty database only, in one transaction.
3. A version of a key that was revoked since does not come back (rule 23 of the security decisions).

What is sealed in the database is sealed in the copy; the master key is not in it. A copy holds wrapped keys, and names
of admins and users: keep it like the database.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, text

from gateway.errors import ConfigurationError
from gateway.stores.database import Database
from gateway.stores.migrate import current, head, is_empty, migrate
from gateway.stores.schema import all_tables
from gateway.stores.tables.audit_tables import CHECKPOINTS
from gateway.stores.tables.key_tables import REVOKED, TENANT_KEYS

FORMAT = "holdback backup 1"
ROWS_AT_ONCE = 1000
_OTHER = "Use a copy that this installation made, whole, and its master key."
Version = tuple[str, int]
"""Of a tenant's key."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy holds: the schema it is of, when it was made, how many rows, and the last checkpoint of the audit."""

    schema: str
    made_at: str
    rows: int
    checkpoint: int


async def write(database: Database, file: Path, key: bytes) -> Copy:
    """Copy a database to a new file, which only its owner may read.

    Args:
        database: of this release's schema.
        file: that is not there yet.
        key: 32 bytes, of the installation.

    Raises:
        ConfigurationError: the file cannot be made, or the schema is another release's.
        StoreUnavailable: the database cannot be read.
    """
    async with database.read() as connection:
        found = await connection.run_sync(current)
    if found != head():
        # Of the next release: this one would leave out what it does not know of.
        raise ConfigurationError(
            f"the database has schema {found}, this release copies {head()}.",
            cure="Copy it with the release that made it.",
        )
    made, rows, checkpoint = hmac.new(key, digestmod=hashlib.sha256), 0, 0
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(f"cannot be made: {error.strerror}.", file=str(file)) from None
    with os.fdopen(descriptor, "wb") as raw:
        try:
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as out:
                _put(out, made, {"format": FORMAT, "schema": head(), "made_at": made_at})
                async for table, values in _all_rows(database):
                    _put(out, made, {"t": table.name, "r": [_shown(value) for value in values]})
                    rows += 1
                    checkpoint = max(checkpoint, values[0]) if table is CHECKPOINTS else checkpoint
                end = {"rows": rows, "checkpoint": checkpoint}
                _put(out, made, end)
                out.write(json.dumps({"mac": made.hexdigest()}).encode() + b"\n")
            raw.flush()
            os.fsync(raw.fileno())
        except BaseException:
            os.unlink(file)
            raise
    return Copy(head(), made_at, rows, checkpoint)


async def _all_rows(database: Database) -> AsyncIterator[tuple[Table, tuple[Any, ...]]]:
    async with database.read() as connection:
        if database.kind == "postgresql":  # SQLite's readers see one moment anyway
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        for table in all_tables().sorted_tables:
            found = await connection.stream(select(table).order_by(*table.primary_key.columns))
            async for some in found.partitions(ROWS_AT_ONCE):
                for row in some:
                    yield table, tuple(row)


def _put(out: gzip.GzipFile, made: Any, values: object) -> None:
    line = json.dumps(values, separators=(",", ":")).encode() + b"\n"
    made.update(line)
    out.write(line)


def _shown(value: object) -> object:
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    return {"d": value.isoformat()} if isinstance(value, datetime) else value


def _read(value: Any) -> object:
    if isinstance(value, dict):
        return base64.b64decode(value["b"]) if "b" in value else datetime.fromisoformat(value["d"])
    return value


def check(file: Path, key: bytes) -> Copy:
    """What a copy holds.

    Raises:
        ConfigurationError: it is none, is not whole, was changed, is another installation's, or of another schema.
    """
    made, last, rows = hmac.new(key, digestmod=hashlib.sha256), b"", -1
    found: dict[str, Any] = {}
    end: dict[str, Any] = {}
    is_good = False
    try:
        with gzip.open(file, "rb") as lines:
            for line in lines:
                if last:
                    made.update(last)
                    rows += 1
                    end = json.loads(last) if last.startswith(b'{"rows"') else end
                found, last = found or json.loads(line), line
        mac = str(json.loads(last)["mac"])
        is_good = hmac.compare_digest(mac, made.hexdigest()) and end["rows"] == rows - 1 and found["format"] == FORMAT
    except (OSError, EOFError, ValueError, KeyError, TypeError, RecursionError):
        pass
    if not is_good:
        problem = "is no copy, not whole, changed, or another installation's."
        raise ConfigurationError(problem, file=str(file), cure=_OTHER)
    if found["schema"] != head():
        cure = "Restore it with the release that made it, then run `holdback migrate` with this one."
        raise ConfigurationError(f"has schema {found['schema']}, this release has {head()}.", file=str(file), cure=cure)
    return Copy(found["schema"], found["made_at"], rows - 1, int(end["checkpoint"]))


def living(file: Path) -> set[Version]:
    """The versions of tenants' keys that live in a copy, which was checked."""
    names = [column.name for column in TENANT_KEYS.columns]
    rows = (dict(zip(names, row, strict=True)) for table, row in _rows(file) if table == TENANT_KEYS.name)
    return {(row["tenant_id"], row["version"]) for row in rows if row["status"] != REVOKED}


async def restore(database: Database, file: Path, key: bytes, buried: Collection[Version]) -> Copy:
    """Put a copy into an empty database.

    Args:
        database: without any table, or with empty ones.
        file: the copy.
        key: that it was made with.
        buried: versions that were revoked.

    Raises:
        ConfigurationError: the database is not empty, the copy cannot be used, or it would bring back a version that
            was revoked.
        StoreUnavailable: nothing was restored.
    """
    copy = check(file, key)
    back = sorted(living(file) & set(buried))
    if back:
        cure = "Restore a later copy; or add --bury, which revokes them again in what is restored."
        problem = f"would bring back {len(back)} revoked key versions, such as {back[0][1]} of {back[0][0]}."
        raise ConfigurationError(problem, file=str(file), cure=cure)
    if not await is_empty(database):
        await _refuse_rows(database)
    await migrate(database)
    tables = all_tables().tables
    async with database.write() as connection:
        for table in reversed(all_tables().sorted_tables):  # what a migration has put there
            await connection.execute(table.delete())
        pending: list[dict[str, object]] = []
        at: Table | None = None
        for name, row in _rows(file):
            table = tables[name]
            if table is not at or len(pending) >= ROWS_AT_ONCE:
                if at is not None and pending:
                    await connection.execute(insert(at), pending)
                at, pending = table, []
            pending.append({column.name: value for column, value in zip(table.columns, row, strict=True)})
        if at is not None and pending:
            await connection.execute(insert(at), pending)
        if database.kind == "postgresql":
            await connection.run_sync(_move_sequences)
    return copy


async def _refuse_rows(database: Database) -> None:
    """An empty database has no tenant and no row of the audit."""
    wanted = ("tenants", "audit_events")
    async with database.read() as connection:
        names = await connection.run_sync(lambda c: set(c.dialect.get_table_names(c)))
        for table in (all_tables().tables[name] for name in wanted if name in names):
            if await connection.scalar(select(func.count()).select_from(table)):
                raise ConfigurationError("the database is not empty.", cure="Restore into a new one.")


def _move_sequences(connection: Any) -> None:
    for table in all_tables().sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            name = f"'{table.name}', '{column.name}'"
            highest = f"(SELECT COALESCE(MAX({column.name}), 1) FROM {table.name})"  # noqa: S608 - names of ours
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence({name}), {highest})"))


def _rows(file: Path) -> Iterator[tuple[str, list[Any]]]:
    with gzip.open(file, "rb") as lines:
        for line in lines:
            if line.startswith(b'{"t"'):
                values = json.loads(line)
                yield values["t"], [_read(value) for value in values["r"]]
