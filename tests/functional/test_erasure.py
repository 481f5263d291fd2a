"""Erasing a subject, a version of a key, a tenant: what goes, what stays, and the record of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from gateway.cli import main
from gateway.errors.ledgers import UnknownResponse
from gateway.errors.vaults import UnknownToken, UnknownVault
from gateway.ledgers import Owner, Past, Reference, What
from gateway.services import Services
from gateway.stores.schema import all_tables
from gateway.stores.tables.audit import Filter
from gateway.stores.tables.erasing import KEPT
from gateway.vault.lookup_tokens import LookupFormat
from gateway.vault.tokenizer import Entry
from gateway.vaults import NewValue
from tests.fakes.control import Control, Person, serve_control

ENTRY = Entry("PERSON", "Jane Doe", "Jane Doe", "KC_PERSON_7F3K2Q9B", 1)


@pytest.fixture
async def control(tmp_path: Path) -> object:
    async with serve_control(tmp_path) as served:
        yield served


async def fill(services: Services, tenant: str, subject: str) -> tuple[str, str]:
    """A vault with one value, and a response with one token, both of a subject; the vault's name, the token's id."""
    name = f"of {subject}"
    vault = await services.vaults.create(tenant, name, LookupFormat.SSN)
    [row] = await services.vaults.tokenize(vault, [NewValue("536-22-8726", subject=subject)])
    response = Reference(What.RESPONSE, f"resp_{subject}")
    await services.ledgers.keep(Owner(tenant), response, Past("scope", "upstream"), [ENTRY], subject)
    return name, row.id


async def is_there(services: Services, tenant: str, subject: str, token_id: str) -> tuple[bool, bool]:
    """Whether the vault's value and the response's token are."""
    try:
        await services.vaults.row(await services.vaults.get(tenant, f"of {subject}"), token_id)
        in_vault = True
    except (UnknownToken, UnknownVault):
        in_vault = False
    try:
        past = await services.ledgers.past(Owner(tenant), [Reference(What.RESPONSE, f"resp_{subject}")], {1})
    except UnknownResponse:
        return in_vault, False
    return in_vault, ENTRY in past.entries


async def erasures(services: Services) -> list[dict[str, object]]:
    rows = await services.audit.store.rows(Filter())
    return [json.loads(row.body) for row in rows if row.kind == "erasure" and "scope" in json.loads(row.body)]


async def test_a_subject_goes_and_others_stay(control: Control) -> None:
    owner = await control.owner("acme")
    services, tenant = control.services, owner.tenant_id
    _, jane = await fill(services, tenant, "jane")
    _, bob = await fill(services, tenant, "bob")
    body = {"name": "jane"}
    assert (await owner.call("POST", "/admin/erase-subject", body))[1]["error"]["code"] == "step_up_required"
    step_up = await owner.step_up("subject.erase")
    status, answer = await owner.call("POST", "/admin/erase-subject", body, step_up=step_up)
    assert status == 200
    assert answer["erased"] == {"vault-row": 1, "ledger": 1, "provider-ids": 1}
    assert await is_there(services, tenant, "jane", jane) == (False, False)
    assert await is_there(services, tenant, "bob", bob) == (True, True)
    [told] = await erasures(services)
    assert (told["scope"], told["actor"], told["count"]) == ("subject", owner.id, 3)
    assert told["outcome"] == "ledger: 1, provider-ids: 1, vault-row: 1"
    assert "jane" not in json.dumps(told)


async def test_a_tenant_goes_with_all_of_its_rows(control: Control) -> None:
    gone, stays = await control.owner("gone"), await control.owner("stays")
    services = control.services
    ids = {person.tenant_id: (await fill(services, person.tenant_id, "jane"))[1] for person in (gone, stays)}
    step_up = await gone.step_up("tenant.delete")
    assert (await gone.call("DELETE", "/admin/tenant", step_up=step_up))[0] == 200
    assert await rows_of(services, gone) == {}
    assert {"admins", "vaults", "sealed_records"} <= set(await rows_of(services, stays))
    assert await is_there(services, stays.tenant_id, "jane", ids[stays.tenant_id]) == (True, True)
    assert all(version.wrapped is None for version in await services.stores.keys.versions(gone.tenant_id))
    told = (await erasures(services))[-1]
    assert (told["scope"], told["target"], told["actor"]) == ("tenant", gone.tenant_id, gone.id)
    for name in ("admins: 1", "key-versions: 1", "sealed-records: 2", "vaults: 1"):
        assert name in str(told["outcome"])


async def rows_of(services: Services, person: Person) -> dict[str, int]:
    """How many rows of a tenant stand in which table."""
    found = {}
    async with services.stores.database.read() as connection:
        for table in all_tables().sorted_tables:
            owner = next((table.c[name] for name in ("tenant_id", "tenant") if name in table.c), None)
            if owner is not None and table.name not in KEPT:
                counted = select(func.count()).select_from(table).where(owner == person.tenant_id)
                if count := await connection.scalar(counted):
                    found[table.name] = int(count)
    return found


async def test_what_a_revoked_version_sealed_is_gone(control: Control) -> None:
    owner = await control.owner("turns")
    services, tenant = control.services, owner.tenant_id
    _, jane = await fill(services, tenant, "jane")
    await services.control.keys.lifecycle.rotate(tenant)
    await services.control.keys.records.reseal(tenant)
    assert await is_there(services, tenant, "jane", jane) == (True, True)
    erased = await services.erasure.version(tenant, 1, "operator")
    assert erased.counts == {"key-versions": 1, "sealed-records": 2}
    assert (await services.erasure.version(tenant, 1, "operator")).total == 0
    assert await is_there(services, tenant, "jane", jane) == (False, False)


def test_the_command(tmp_path: Path) -> None:
    config = tmp_path / "holdback.yaml"
    config.write_text(f"upstream: {{base_url: https://provider.example/v1}}\nstores: {{data_dir: {tmp_path}}}\n")
    runner = CliRunner(env={"HOLDBACK_KEY": "kc_test_a_sixteen_chars"})

    def erase(*words: str) -> tuple[int, str]:
        done = runner.invoke(main, ["erase", words[0], "--config", str(config), *words[1:]])
        return done.exit_code, done.output

    assert runner.invoke(main, ["migrate", "--config", str(config)]).exit_code == 0
    assert runner.invoke(main, ["tenants", "create", "--config", str(config), "acme"]).exit_code == 0
    assert erase("subject", "--tenant", "acme", "jane@mail.example.com") == (0, "erased nothing\n")
    code, output = erase("tenant", "acme", "--yes")
    assert (code, output) == (0, "erased nothing\n")
    assert erase("tenant", "nobody", "--yes")[0] == 78
    assert erase("version", "--tenant", "acme", "1", "--yes")[0] == 78
    exported = runner.invoke(main, ["audit", "export", "--config", str(config)]).output
    assert len(re.findall(r'"kind": ?"erasure"', exported)) == 2
    assert "jane" not in exported
