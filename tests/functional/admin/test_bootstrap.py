"""The first owner: once, in time, dead once there is one."""

from __future__ import annotations

import json
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from joserfc.jwk import ECKey

from gateway.cli import main
from gateway.settings import Limits
from tests.fakes.control import Control, Person, serve_control

CREDENTIAL = "kc_boot_0123456789abcdef0123456789"


def body(person: Person, **changes: object) -> dict[str, object]:
    return {"credential": CREDENTIAL, "tenant": "acme", "name": "Ada", "public_key": person.public_key} | changes


@pytest.fixture
async def stranger(control: Control) -> Person:
    tenant = await control.services.stores.tenants.create("acme", "Acme", control.services.control.clock())
    await control.services.stores.tenants.create("other", "Other", control.services.control.clock())
    await offer(control, tenant.id)
    return Person(control, ECKey.generate_key("P-256"), tenant.id)


async def offer(control: Control, tenant_id: str, minutes: int = 5) -> None:
    expires_at = control.services.control.clock() + timedelta(minutes=minutes)
    await control.services.stores.admins.offer_bootstrap(tenant_id, CREDENTIAL, expires_at)


async def attempt(control: Control, given: dict[str, object]) -> tuple[int, Any]:
    return await control.call("POST", "/admin/auth/bootstrap", given)


async def test_a_credential_is_used_once(control: Control, stranger: Person) -> None:
    assert (await attempt(control, body(stranger)))[0] == 200
    status, answer = await attempt(control, body(stranger))
    assert (status, answer["error"]["code"]) == (409, "conflict")
    with pytest.raises(Exception, match="conflicts"):
        await offer(control, stranger.tenant_id)


@pytest.mark.parametrize("changes", [{"credential": "kc_boot_" + "x" * 26}, {"tenant": "other"}, {"tenant": "none"}])
async def test_a_wrong_credential_is_one_answer(control: Control, stranger: Person, changes: dict[str, str]) -> None:
    status, answer = await attempt(control, body(stranger, **changes))
    assert (status, answer["error"]["code"]) == (401, "admin_unauthenticated")


async def test_a_credential_grows_old_and_a_new_one_replaces_it(control: Control, stranger: Person) -> None:
    await offer(control, stranger.tenant_id, minutes=-1)
    assert (await attempt(control, body(stranger)))[0] == 401
    await control.services.stores.admins.offer_bootstrap(
        stranger.tenant_id, "kc_boot_another_0123456789", control.services.control.clock() + timedelta(minutes=1)
    )
    assert (await attempt(control, body(stranger)))[0] == 401
    assert (await attempt(control, body(stranger, credential="kc_boot_another_0123456789")))[0] == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key": None},
        {"issuer": "https://id.test", "subject": "x"},
        {"public_key": None, "issuer": "https://id.test"},
        {"public_key": None, "issuer": "https://not-approved.test", "subject": "x"},
        {"public_key": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}},
        {"public_key": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43, "d": "A" * 43}},
        {"role": "owner"},
        {"name": ""},
    ],
)
async def test_a_body_that_is_not_as_it_should_be(control: Control, stranger: Person, changes: dict[str, Any]) -> None:
    status, answer = await attempt(control, body(stranger, **changes))
    assert (status, answer["error"]["code"]) == (400, "invalid_field")
    assert (await attempt(control, body(stranger)))[0] == 200, "a mistake does not spend the credential"


def test_the_command_writes_a_file_for_one_pair_of_eyes(tmp_path: Path) -> None:
    config = tmp_path / "holdback.yaml"
    config.write_text(f'upstream: {{base_url: "http://127.0.0.1:9/v1"}}\nstores: {{data_dir: "{tmp_path}/var"}}\n')

    def run(*line: str) -> Result:
        return CliRunner().invoke(main, ["tenants", *line], env={"HOLDBACK_KEY": "kc_test_a_functional"})

    made = run("create", "--config", str(config), "acme", "--name", "Acme Ltd")
    assert made.exit_code == 0
    assert made.stdout.startswith("ten_")
    assert run("create", "--config", str(config), "acme").exit_code == 78
    assert run("create", "--config", str(config), "No Slug").exit_code == 78
    listed = run("list", "--config", str(config)).stdout
    assert listed == f"acme\t{made.stdout.strip()}\tactive\tAcme Ltd\n"
    out = tmp_path / "credential"
    written = run("bootstrap", "--config", str(config), "--out", str(out), "acme")
    assert written.exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_text().startswith("kc_boot_")
    assert out.read_text().strip() not in written.stdout + written.stderr
    assert out.read_text().strip().encode() not in (tmp_path / "var" / "holdback.sqlite3").read_bytes()
    assert run("bootstrap", "--config", str(config), "--out", str(out), "acme").exit_code == 78, "never over a file"
    assert run("bootstrap", "--config", str(config), "--out", str(tmp_path / "no"), "none").exit_code == 78
    assert not (tmp_path / "no").exists()
    assert run("suspend", "--config", str(config), "acme").exit_code == 0
    shown = run("show", "--config", str(config), "acme").stdout
    assert f"id\t{made.stdout.strip()}\n" in shown
    assert "state\tsuspended\n" in shown
    assert "key\tglobal\nsealed\tno\n" in shown
    assert run("resume", "--config", str(config), "acme").exit_code == 0
    assert run("show", "--config", str(config), "none").exit_code == 78
    with sqlite3.connect(tmp_path / "var" / "holdback.sqlite3") as database:
        acts = [json.loads(body) for (body,) in database.execute("SELECT body FROM audit_events ORDER BY seq")]
    assert [act["method"] for act in acts] == [
        *("tenants.create", "admins.bootstrap_offer", "tenants.suspended", "tenants.active"),
    ]
    assert {act["actor"] for act in acts} == {"operator"}
    key = tmp_path / "owner.jwk"
    public = json.loads(run("new-key", "--out", str(key)).stdout)
    assert set(public) == {"kty", "crv", "x", "y"}
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert run("prove", "--key", str(key), "--tenant-id", "ten_1", "token").stdout.count(".") == 2


async def test_who_tries_too_often_waits(tmp_path: Path) -> None:
    async with serve_control(tmp_path, limits=Limits(admin_tries_per_minute=8)) as control:
        owner = await control.owner("acme")  # two tries
        answers = [await control.call("POST", "/admin/auth/token", {"proof": "x"}) for _ in range(7)]
        assert [status for status, _ in answers] == [401] * 6 + [429]
        assert answers[-1][1]["error"]["code"] == "rate_limited"
        assert (await owner.call("GET", "/admin/tenant"))[0] == 200, "who is in already does not wait"
