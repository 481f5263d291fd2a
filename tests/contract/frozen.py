"""A database as a release leaves it behind: real rows of every kind, written down once, and put into a schema again.

`python -m tests.contract.frozen FILE` writes the file anew, with this release's schema. That is done when a schema is
released, never to make a test pass: databases out there do not change with us.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from joserfc.jwk import ECKey
from sqlalchemy import Connection, LargeBinary, MetaData, Table, inspect, select, text

from gateway.access.minting import KeyRequest
from gateway.access.opened import minting_of
from gateway.audit.event import AuditEvent, Kind
from gateway.auth.scopes import read_scope
from gateway.stores import migrate
from gateway.stores.database import open_database
from gateway.stores.tables.addresses import AddressLists
from gateway.vault.keys import Purpose
from gateway.vault.lookup_tokens import LookupFormat
from gateway.vaults import NewValue
from tests.fakes.access import Gate, serve_gate
from tests.fakes.provider import Provider, serve_provider, stream
from tests.fakes.replicas import choice

FILE = Path(__file__).with_name("schema_1_28.jsonl")
VALUE, PROMPT = "4111 1111 1111 1111", "Mine is 536-22-8726, I am jane@mail.example.com."
RECORD = b"what was sealed then"
LONG_AFTER = datetime(2090, 1, 1, tzinfo=UTC)
"""Keys of the file must not run out before the tests do."""
_BEFORE: dict[str, dict[str, object]] = {"audit_heads": {"start_seq": 0, "start_hash": bytes(32)}}
"""Columns that are gone, in which there had to be something."""
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the file holds. `about`: ids, and the keys that a client and an owner hold."""

    schema: str
    about: dict[str, Any]
    rows: Rows


def read(file: Path = FILE) -> Frozen:
    """The file."""
    first, *lines = file.read_text(encoding="utf-8").splitlines()
    rows: Rows = {}
    for line in lines:
        values = json.loads(line)
        table = values.pop("table")
        rows.setdefault(table, []).append({name: _bytes(value) for name, value in values.items()})
    head = json.loads(first)
    return Frozen(head.pop("schema"), head, rows)


def upgrade(connection: Connection, revision: str) -> None:
    """Bring an empty schema to a revision."""
    config: Config = migrate._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def fill(connection: Connection, frozen: Frozen) -> Rows:
    """Put into the schema that is there what of the rows it has a place for; those."""
    put: Rows = {}
    tables = {table.name: table for table in _tables(connection)}
    for table in tables.values():
        columns = set(table.columns.keys())
        rows = [
            {name: value for name, value in row.items() if name in columns}
            | {name: value for name, value in _BEFORE.get(table.name, {}).items() if name in columns}
            for row in frozen.rows.get(table.name, ())
        ]
        if rows:
            put[table.name] = rows
    for name in reversed(put):
        connection.execute(tables[name].delete())  # what a migration has put there
    for name, rows in put.items():
        connection.execute(tables[name].insert(), rows)
    return put


def kept(connection: Connection, before: Rows) -> Rows:
    """The same rows and columns as they are now, but for columns that are gone."""
    found: Rows = {}
    for table in _tables(connection):
        if table.name in before:
            names = [name for name in before[table.name][0] if name in table.columns]
            rows = connection.execute(select(*(table.c[name] for name in names)))
            found[table.name] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def _tables(connection: Connection) -> list[Table]:
    """Of the schema that is there, whichever it is; those that others point to come first."""
    metadata = MetaData()
    metadata.reflect(
        connection, only=[name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    )
    return metadata.sorted_tables


def _bytes(value: Any) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value


async def make() -> str:
    """The file's text: a gateway in this process serves, and what it leaves behind is written down."""
    async with serve_provider() as provider:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/frozen"
            database = open_database(url)
            await migrate.migrate(database)
            async with serve_gate(provider.base_url, database_url=url) as gate:
                about = await _live(gate, provider)
            async with database.read() as connection:
                schema = await connection.run_sync(migrate.current)
                lines = await connection.run_sync(_lines)
            await database.close()
    return "\n".join([json.dumps({"schema": schema, **about}), *lines, ""])


async def _live(gate: Gate, provider: Provider) -> dict[str, Any]:
    """Something of everything: tenants, keys, admins, records, a vault, the audit, usage, what clients call with."""
    await gate.settle("acme")
    services, tenant, now = gate.services, gate.tenant_id, datetime.now(UTC)
    await services.control.keys.lifecycle.onboard(tenant, choice("a"))
    await services.control.keys.lifecycle.rotate(tenant)
    await services.control.keys.records.put(tenant, Purpose.LEDGER, "then", RECORD)
    vault = await services.vaults.create(tenant, "cards", LookupFormat.GENERIC)
    [row] = await services.vaults.tokenize(vault, [NewValue(VALUE)])
    await services.stores.addresses.put(tenant, AddressLists(deny=("203.0.113.0/24",)), now)
    await services.canary_epochs.turn(tenant, "support", 0, now)
    owner, credential = ECKey.generate_key("P-256"), f"kc_boot_{secrets.token_urlsafe(24)}"
    await services.stores.admins.offer_bootstrap(tenant, credential, now + timedelta(minutes=5))
    public = {name: value for name, value in owner.as_dict(private=False).items() if name in ("kty", "crv", "x", "y")}
    body = {"credential": credential, "tenant": "acme", "name": "Ada", "public_key": public}
    await gate.send({}, "/admin/auth/bootstrap", body)
    minting = minting_of(
        services.settings, services.stores, services.control.events, services.control.master, lambda: LONG_AFTER
    )
    request = KeyRequest("a key", scope=read_scope({"models": ["m"]}))
    key = await minting.mint(gate.gateway, gate.agent, request, "test")
    await services.access.book.changed()
    provider.pieces = stream(["You are ", "bob@other.example.com", "."])
    sent = {"model": "m", "stream": True, "messages": [{"role": "user", "content": PROMPT}]}
    assert (await gate.bearer(key.text, body=sent)).status == 200
    events = [AuditEvent(Kind.BLOCK, tenant, time.time_ns() // 1000, f"req_{n}", user="jane") for n in range(5)]
    await services.audit.log.record(*events)
    await services.audit.keeper.checkpoint()
    return {
        "tenant": tenant,
        "key": key.text,
        "owner": owner.as_dict(private=True),
        "token": row.token,
        "token_id": row.id,
        "sent": provider.requests[-1].decode(),
    }


def _lines(connection: Connection) -> list[str]:
    lines = []
    for table in _tables(connection):
        binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
        for row in connection.execute(select(table)).mappings():
            values = {
                name: {"b": base64.b64encode(value).decode()} if name in binary and value is not None else value
                for name, value in row.items()
            }
            lines.append(json.dumps({"table": table.name, **values}))
    return lines


def revisions() -> list[str]:
    """All revisions, the first one first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(migrate._config())
    return [one.revision for one in script.walk_revisions()][::-1]


def move_sequences(connection: Connection) -> None:
    """PostgreSQL counts on where the rows end."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables(connection):
        column = table.autoincrement_column
        if column is not None and column.server_default is not None:
            name = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            connection.execute(
                text(f"SELECT setval({name}, (SELECT COALESCE(MAX({column.name}), 1) FROM {table.name}))")
            )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(asyncio.run(make()), encoding="utf-8")
