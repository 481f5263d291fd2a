"""A database that an earlier schema filled is brought to this release's: nothing of it is lost, and all of it works."""

from __future__ import annotations

import json
import secrets
import time

import pytest
from joserfc.jwk import ECKey

from gateway.audit.export import Export, verify
from gateway.audit.opened import audit_keys
from gateway.auth.admin_tokens import make_proof
from gateway.errors import ConfigurationError
from gateway.record import rows_of
from gateway.stores.database import Database
from gateway.stores.master import master_key
from gateway.stores.migrate import check_schema, current, head, migrate
from gateway.stores.tables.audit import AuditStore, Filter
from gateway.vault.keys import Purpose
from tests.contract import frozen
from tests.contract.frozen import Frozen, Rows
from tests.contract.test_migrations import differences
from tests.fakes.access import Gate, serve_gate
from tests.fakes.provider import Provider, serve_provider, stream

THEN = frozen.read()
REVISIONS = frozen.revisions()
PREVIOUS = REVISIONS[-2]
KEYS = audit_keys(master_key("A" * 43 + "=").derive)


async def filled(database: Database, revision: str) -> Rows:
    """A database with the schema of a revision, and what of the rows it has a place for."""
    async with database.write() as connection:
        await connection.run_sync(frozen.upgrade, revision)
    async with database.write() as connection:
        put = await connection.run_sync(frozen.fill, THEN)
        await connection.run_sync(frozen.move_sequences)
    return put


async def upgraded(database: Database, revision: str) -> None:
    """It is refused as it is, then migrated; every row is as it was."""
    before = await filled(database, revision)
    if revision != head():
        with pytest.raises(ConfigurationError, match="holdback migrate"):
            await check_schema(database)
    assert await migrate(database) == (revision, head())
    async with database.read() as connection:
        after = await connection.run_sync(frozen.kept, before)
        assert await connection.run_sync(differences) == []
    assert set(after) == set(before)
    for table, rows in after.items():
        was = [{name: row[name] for name in rows[0]} for row in before[table]]
        assert sorted(rows, key=repr) == sorted(was, key=repr), table


async def test_from_the_previous_schema(empty: Database, empty_url: str) -> None:
    await upgraded(empty, PREVIOUS)
    assert await record_faults(empty) == []
    async with serve_provider() as provider, serve_gate(provider.base_url, database_url=empty_url) as gate:
        await lives_on(gate, provider, THEN)
    assert await record_faults(empty) == [], "it goes on where it was"


@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS[:-2])
async def test_from_any_schema_before(empty: Database, revision: str) -> None:
    await upgraded(empty, revision)


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
async def test_a_row_that_is_lost_would_be_seen(empty: Database) -> None:
    before = await filled(empty, PREVIOUS)
    async with empty.write() as connection:
        await connection.exec_driver_sql("UPDATE usage SET cost_nano = cost_nano + 1")
        assert await connection.run_sync(frozen.kept, before) != before


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
async def test_there_is_no_way_back_down(empty: Database) -> None:
    """What is there stays: an earlier release of this schema says so, and changes nothing."""
    await upgraded(empty, PREVIOUS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gateway.stores.migrate.head", lambda: PREVIOUS)
        for call in (check_schema, migrate):
            with pytest.raises(ConfigurationError, match="Install the release that made it, or restore a backup"):
                await call(empty)
    async with empty.read() as connection:
        assert await connection.run_sync(current) == head()


async def record_faults(database: Database) -> list[str]:
    """Whatever is wrong with the record."""
    store = AuditStore(database)
    keys = await store.keys()
    found = Export(keys[0].public_key, keys[1:], await store.checkpoints())
    async for row in rows_of(store, Filter()):
        found.rows.setdefault(row.chain, []).append(row)
    assert found.rows
    return [fault.what for fault in verify(found, mac_key=KEYS.mac)]


async def lives_on(gate: Gate, provider: Provider, then: Frozen) -> None:
    """Keys unseal, what was sealed is read, clients and owners come in, and a conversation has the tokens it had."""
    about, services = then.about, gate.services
    tenant = about["tenant"]
    assert await services.control.keys.records.get(tenant, Purpose.LEDGER, "then") == frozen.RECORD
    vault = await services.vaults.get(tenant, "cards")
    row = await services.vaults.row(vault, about["token_id"])
    assert (row.token, row.value) == (about["token"], frozen.VALUE)

    sent = json.loads(about["sent"])
    said = sent["messages"][0]["content"]
    provider.pieces = stream([said[:20], said[20:]])
    body = {**sent, "messages": [{"role": "user", "content": frozen.PROMPT}]}
    answer = await gate.bearer(about["key"], body=body)
    assert answer.status == 200
    assert json.loads(provider.requests[-1]) == sent, "the same tokens"
    events = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line.startswith("data: {")]
    heard = "".join(event["choices"][0]["delta"].get("content") or "" for event in events)
    assert heard == frozen.PROMPT, "and they turn back"

    owner = ECKey.import_key(about["owner"])
    proof = make_proof(owner, "token", tenant, secrets.token_urlsafe(8), int(time.time()))
    signed = await gate.send({}, "/admin/auth/token", {"proof": proof})
    assert signed.status == 200
    headers = {"Authorization": f"Bearer {signed.body['access_token']}"}
    listed = await gate.send(headers, "/admin/agents/support/keys", method="GET")
    assert [key["id"] for key in listed.body["data"]] == [about["key"].split("_")[3]]
    assert (await services.control.keys.lifecycle.rotate(tenant)).version == 3
