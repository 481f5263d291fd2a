"""Gateways, agents, keys and address lists by the admin API and by the command line, and the keys in use."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner

from gateway.access.opened import check_settings, open_access
from gateway.cli import main
from gateway.errors import ConfigurationError
from gateway.settings import Settings
from gateway.settings.access import AccessSettings
from gateway.settings.stores import StoreSettings
from tests.fakes.access import CHAT, ORIGIN, Gate, Holder
from tests.fakes.control import Control, Person, serve_control

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = itertools.count()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_control(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Control]:
    access = AccessSettings(public_origins=(ORIGIN,))
    async with serve_control(Path(tmp_path_factory.mktemp("control")), access=access) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def owner(shared_control: Control) -> Person:
    return await shared_control.owner(f"acme-{next(_numbers)}")


def gate_of(person: Person) -> Gate:
    control = person.control
    return Gate(control.url, control.services, control.http, person.tenant_id)


async def agent(owner: Person, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    status, gateway = await owner.call("POST", "/admin/gateways", {"slug": "main", **more})
    assert status == 200, gateway
    status, made = await owner.call("POST", f"/admin/gateways/{gateway['id']}/agents", {"slug": "support"})
    assert (status, made["path"]) == (200, "/v1/ai/support")
    return gateway, made


async def minted(owner: Person, holder: Holder, **more: Any) -> dict[str, Any]:
    body = {"name": "k", "dpop_jkt": holder.thumbprint, **more}
    status, key = await owner.call("POST", "/admin/agents/support/keys", body)
    assert status == 200, key
    return dict(key)


async def test_a_key_from_birth_to_end(owner: Person) -> None:
    gateway, made = await agent(owner)
    holder, gate = Holder(), gate_of(owner)
    key = await minted(owner, holder, scope={"models": ["m"]}, subject="ada")
    lists = [f"/admin/agents/{made['id']}/keys", f"/admin/gateways/{gateway['id']}/keys"]
    for path in lists:
        status, listed = await owner.call("GET", path)
        assert (status, [one["id"] for one in listed["data"]]) == (200, [key["id"]])
        assert key["key"] not in json.dumps(listed)
    await gate.prove(holder, key["key"])
    answer = await gate.prove(holder, key["key"])
    assert answer.status == 502, "in, and there is no provider"
    for change, refusal in (({"status": "paused"}, "agent"), ({"status": "active"}, "")):
        await owner.call("PATCH", f"/admin/agents/{made['id']}", change)
        answer = await gate.prove(holder, key["key"])
        assert (answer.param if answer.status == 403 else "") == refusal
    assert (await owner.call("DELETE", f"/admin/keys/{key['id']}"))[0] == 200
    assert (await gate.prove(holder, key["key"])).status == 401
    _, listed = await owner.call("GET", lists[0])
    assert listed["data"][0]["revoked_at"] is not None


async def test_a_refresh_credential_comes_with_a_key(owner: Person) -> None:
    await agent(owner)
    holder, gate = Holder(), gate_of(owner)
    key = await minted(owner, holder, refresh=True, expires_in_seconds=7)
    assert key["key"] not in key["refresh_token"]
    path = "/agent/v1/session"
    body = {"refresh_token": key["refresh_token"]}
    answer = await gate.send({"DPoP": holder.proof("POST", path, "")}, path, body)
    holder.nonce = answer.headers["DPoP-Nonce"]
    answer = await gate.send({"DPoP": holder.proof("POST", path, "")}, path, body)
    assert answer.status == 200
    assert answer.body["expires_in"] <= 60, "no longer than the key: a minute is the least"
    assert (await gate.prove(holder, answer.body["access_token"], CHAT)).status == 502


async def test_what_is_refused(owner: Person) -> None:
    _, made = await agent(owner)
    jkt = Holder().thumbprint
    path = f"/admin/agents/{made['id']}/keys"
    asked: tuple[tuple[dict[str, Any], tuple[int, str, str]], ...] = (
        ({"name": "k"}, (400, "proofs_required", "dpop_jkt")),
        ({"name": "k", "dpop_jkt": "!" * 43}, (400, "invalid_field", "dpop_jkt")),
        ({"name": "k", "dpop_jkt": jkt, "kind": "session"}, (400, "invalid_field", "kind")),
        ({"name": "k", "dpop_jkt": jkt, "scope": {"modles": []}}, (400, "invalid_field", "scope")),
        ({"name": "k", "dpop_jkt": jkt, "scope": {"windows": 1}}, (400, "invalid_field", "scope.windows")),
        (
            {"name": "k", "dpop_jkt": jkt, "scope": {"ip_cidrs": ["10.0.0.1/8"]}},
            (400, "invalid_field", "scope.ip_cidrs"),
        ),
        ({"name": "k", "dpop_jkt": jkt, "kind": "read", "refresh": True}, (400, "invalid_field", "refresh")),
    )
    for body, expected in asked:
        status, answer = await owner.call("POST", path, body)
        assert (status, answer["error"]["code"], answer["error"]["param"]) == expected, body
    changes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"policy": "../etc"}, "policy"),
        ({"policy": "nonesuch"}, "policy"),
        ({"providers": ["nowhere"]}, "providers"),
        ({"model_deny": [""]}, "model_deny"),
        ({"slug": "Under_Score"}, "slug"),
    )
    for body, param in changes:
        status, answer = await owner.call("PATCH", f"/admin/agents/{made['id']}", body)
        assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, "invalid_field", param)
    status, answer = await owner.call("PUT", "/admin/addresses", {"deny": ["not a network"]})
    assert (status, answer["error"]["param"]) == (400, "deny")


async def test_another_tenant_sees_and_changes_nothing(owner: Person) -> None:
    gateway, made = await agent(owner)
    key = await minted(owner, Holder())
    rival = await owner.control.owner(f"rival-{next(_numbers)}")
    for method, path in (
        ("GET", f"/admin/gateways/{gateway['id']}"),
        ("GET", f"/admin/gateways/{gateway['id']}/keys"),
        ("PATCH", f"/admin/agents/{made['id']}"),
        ("GET", f"/admin/agents/{made['id']}/keys"),
        ("DELETE", f"/admin/keys/{key['id']}"),
    ):
        status, answer = await rival.call(method, path, {} if method == "PATCH" else None)
        assert (status, answer["error"]["code"]) == (404, "not_found"), path


async def test_rules_and_lists_are_kept(owner: Person) -> None:
    _, made = await agent(owner, model_aliases={"fast": "m"}, sandbox=True)
    rules = {"model_allow": ["m*"], "model_deny": ["m-x"], "policy": "strict", "detokenize": False}
    _, changed = await owner.call("PATCH", f"/admin/agents/{made['id']}", rules)
    assert {name: changed[name] for name in rules} == rules
    _, changed = await owner.call("PATCH", "/admin/agents/support", {"slug": "help", "model_allow": []})
    assert (changed["slug"], changed["model_allow"], changed["policy"]) == ("help", [], "strict")
    lists = {"allow": ["127.0.0.0/8"], "deny": ["203.0.113.0/24"]}
    assert (await owner.call("PUT", "/admin/addresses", lists))[1] == lists
    assert (await owner.call("GET", "/admin/addresses"))[1] == lists
    _, archived = await owner.call("DELETE", "/admin/agents/help")
    assert archived["status"] == "archived"
    status, answer = await owner.call("PATCH", "/admin/agents/help", {"status": "active"})
    assert (status, answer["error"]["param"]) == (400, "status")


async def test_what_does_not_start(owner: Person, tmp_path: Path) -> None:
    services = owner.control.services
    with pytest.raises(ConfigurationError, match="those of one process"):
        check_settings(Settings(access=AccessSettings(replicas=2)))
    shared = StoreSettings(redis_url="redis://r", database_url="postgresql://d")
    check_settings(Settings(access=AccessSettings(replicas=2), stores=shared))
    await agent(owner)
    await minted(owner, Holder())
    with pytest.raises(ConfigurationError, match="no public origin"):
        async with open_access(Settings(), services.stores, services.control):
            pytest.fail("there are bound keys, and nothing to check their proofs against")


async def test_the_command_line(shared_control: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = shared_control.services
    slug = f"acme-{next(_numbers)}"
    tenant = await services.stores.tenants.create(slug, slug, services.control.clock())
    holder = Holder()
    config, jwk = tmp_path / "config.yaml", tmp_path / "key.json"
    jwk.write_text(json.dumps(holder.key.as_dict(private=False)))
    stores = f"stores: {{data_dir: {services.settings.stores.data_dir}}}\n"
    config.write_text(f"key_env: ''\n{stores}access: {{public_origins: ['{ORIGIN}']}}\n")

    async def run(*arguments: str) -> tuple[int, str, str]:
        command = ["keys", *arguments[:1], "--config", str(config), "--tenant", slug, *arguments[1:]]
        done = await asyncio.to_thread(CliRunner().invoke, main, command)
        return done.exit_code, done.stdout, done.stderr

    code, _, told = await run("mint", "--agent", "support", "--dpop-key", str(jwk))
    assert (code, "no such tenant, agent or key" in told) == (78, True)
    code, _, told = await run("mint", "--agent", "support", "--create-agent")
    assert (code, "--dpop-jkt" in told) == (78, True)
    code, key, told = await run("mint", "--agent", "support", "--create-agent", "--dpop-key", str(jwk))
    assert code == 0, told
    assert (len(key.splitlines()), holder.thumbprint in told, key.strip() in told) == (1, True, False)
    gate = Gate(shared_control.url, services, shared_control.http, tenant.id)
    await gate.prove(holder, key.strip())
    assert (await gate.prove(holder, key.strip())).status == 502
    _, listed, _ = await run("list")
    assert listed.split("\t")[1:3] == ["agent", "active"]
    assert (await run("revoke", listed.split("\t")[0]))[0] == 0
    deadline = time.monotonic() + 3
    while (answer := await gate.prove(holder, key.strip())).status != 401:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert answer.code == "invalid_api_key"
    assert "\trevoked\t" in (await run("list"))[1]
