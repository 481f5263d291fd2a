"""Capability keys at the door: who gets in, as whom, and what is said to those who do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import update

from gateway.auth.capability import KeyKind
from gateway.errors.access import InvalidToken
from gateway.inspection.exchange import Caller
from gateway.server import caller
from gateway.stores.tables.addresses import AddressLists
from gateway.stores.tables.capabilities import CAPABILITY_KEYS
from gateway.stores.tables.tenants import TenantStatus
from tests.fakes.access import BODY, CHAT, Gate
from tests.fakes.gateway import KEY
from tests.fakes.provider import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_key_serves_its_agent_by_either_path(gate: Gate, provider: Provider) -> None:
    key = await gate.key()
    assert (await gate.bearer(key.text)).status == 200
    assert (await gate.bearer(key.text, "/v1/ai/support/chat/completions")).status == 200
    await gate.services.stores.agents.add_agent(gate.gateway, "sales", gate.services.control.clock())
    for other in ("sales", "nobody", "default"):  # another's path is as unknown as one that never was
        answer = await gate.bearer(key.text, f"/v1/ai/{other}/chat/completions")
        assert (answer.status, answer.code) == (404, "unknown_endpoint")
    assert (await gate.bearer(KEY)).status == 200, "the operator's own key serves as before"
    assert all("kc_" not in json.dumps(headers) for headers in provider.seen_headers)


async def test_who_calls(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Caller] = []

    def noted(request: web.Request) -> Caller:
        seen.append(caller.caller_of(request))
        return seen[-1]

    monkeypatch.setattr("gateway.server.proxy.caller_of", noted)
    key = await gate.key({"detokenize": False}, subject="ada")
    await gate.bearer(key.text, headers={"X-Holdback-User": " team/ada ", "X-Holdback-Conversation": "c1"})
    found = seen[0]
    assert (found.tenant, found.agent, found.gateway_id) == (gate.tenant_id, gate.agent.id, gate.gateway.id)
    assert (found.key_id, found.subject, found.user, found.conversation) == (key.row.id, "ada", "team/ada", "c1")
    assert found.detokenizes is False
    assert "team/ada" not in repr(found)


async def test_what_is_no_key_gets_one_answer(gate: Gate) -> None:
    key = (await gate.key()).text
    revoked = await gate.key()
    await gate.services.access.minting.revoke(gate.tenant_id, revoked.row.id, "test", gate.services.access.book)
    unknown = (await gate.key()).text
    async with gate.services.stores.database.write() as connection:
        await connection.execute(CAPABILITY_KEYS.delete().where(CAPABILITY_KEYS.c.id == unknown.split("_")[3]))
    bodies = set()
    for text in ("", "nonsense", key[:-1] + ("a" if key[-1] != "a" else "b"), unknown, revoked.text):
        answer = await gate.bearer(text)
        assert (answer.status, answer.headers["x-should-retry"]) == (401, "false"), text
        bodies.add(json.dumps(answer.body))
    assert len(bodies) == 1
    assert (await gate.send({})).challenge == 'DPoP algs="ES256 Ed25519"'
    assert (await gate.bearer("nonsense")).challenge.startswith('Bearer error="invalid_token"')


async def test_the_places_of_a_key(gate: Gate) -> None:
    text = (await gate.key()).text
    assert (await gate.send({"api-key": text})).status == 200
    message = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi."}]}
    answer = await gate.send({"x-api-key": text}, "/v1/messages", message)
    assert answer.status != 401
    for query in ("api_key", "access_token", "key"):  # whatever comes with it: it stands in logs by now
        assert (await gate.bearer(text, f"{CHAT}?{query}={text}")).status == 401
    assert (await gate.send([("Authorization", f"Bearer {text}"), ("Authorization", f"Bearer {text}")])).status == 401
    wrong = await gate.send({"Authorization": f"DPoP {text}"})
    assert (wrong.status, wrong.code) == (401, InvalidToken.code)


@pytest.mark.parametrize(
    "change",
    [
        {"scope": '{"models":["*"]}'},
        {"kind": "agent"},
        {"subject": "eve"},
        {"thumbprint": ""},
        {"tenant_id": "other"},
        {"agent_id": "other"},
        {"expires_at": "later"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_editing_the_database_widens_nothing(gate: Gate, change: dict[str, Any]) -> None:
    services, clock = gate.services, gate.services.control.clock
    holder = "t" * 43
    key = await gate.key({"models": ["small"]}, kind=KeyKind.READ, thumbprint=holder)
    told = []
    services.control.events.attach(lambda event: told.append(event.action))
    if "tenant_id" in change or "agent_id" in change:
        tenant = await services.stores.tenants.create(f"rival-{key.row.id.lower()}", "rival", clock())
        gateway = await services.stores.agents.add_gateway(tenant.id, "g", clock())
        agent = await services.stores.agents.add_agent(gateway, "a", clock())
        change = {"tenant_id": tenant.id} if "tenant_id" in change else {"agent_id": agent.id}
    if "expires_at" in change:
        change = {"expires_at": key.row.expires_at.replace(year=key.row.expires_at.year + 1)}
    async with services.stores.database.write() as connection:
        await connection.execute(update(CAPABILITY_KEYS).where(CAPABILITY_KEYS.c.id == key.row.id).values(**change))
    answer = await gate.bearer(key.text, "/v1/models", method="GET")
    assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert told == ["access.tampered"]


async def test_a_revoked_key_cannot_be_edited_back(gate: Gate) -> None:
    key = await gate.key()
    assert (await gate.bearer(key.text)).status == 200
    await gate.services.access.minting.revoke(gate.tenant_id, key.row.id, "test", gate.services.access.book)
    assert (await gate.bearer(key.text)).status == 401
    async with gate.services.stores.database.write() as connection:
        await connection.execute(
            update(CAPABILITY_KEYS).where(CAPABILITY_KEYS.c.id == key.row.id).values(revoked_at=None)
        )
    await gate.services.access.book.changed()
    gate.services.access.book._known.clear()  # as after a start
    assert (await gate.bearer(key.text)).status == 401


@pytest.mark.parametrize(
    ("scope", "failed"),
    [
        ({"models": ["gpt-*"]}, "models"),
        ({"endpoints": ["/v1/embeddings"]}, "endpoints"),
        ({"ip_cidrs": ["203.0.113.0/24"]}, "ip_cidrs"),
        ({"windows": [{"start": "03:00", "end": "03:01", "days": ["mon"], "zone": "Pacific/Apia"}]}, "windows"),
        ({"providers": ["elsewhere"]}, "providers"),
        ({"agents": ["sales"]}, "agents"),
    ],
)
async def test_a_refusal_names_the_scope(gate: Gate, provider: Provider, scope: dict[str, Any], failed: str) -> None:
    answer = await gate.bearer((await gate.key(scope)).text)
    assert (answer.status, answer.code, answer.param) == (403, "scope_denied", failed)
    assert answer.headers["x-should-retry"] == "false"
    assert provider.requests == []


async def test_kinds(gate: Gate, provider: Provider) -> None:
    reading = (await gate.key(kind=KeyKind.READ)).text
    assert (await gate.bearer(reading, "/v1/models", method="GET")).status == 200
    assert (await gate.bearer(reading, "/v1/models/m", method="GET")).status == 200
    answer = await gate.bearer(reading)
    assert (answer.status, answer.code, answer.param) == (403, "scope_denied", "kind")
    once = (await gate.key({"models": ["m"]}, kind=KeyKind.ONESHOT)).text
    assert (await gate.bearer(once, "/v1/nowhere")).status == 404, "a place that is not there uses nothing up"
    assert (await gate.bearer(once)).status == 200
    assert (await gate.bearer(once)).status == 401


async def test_lists_of_models_and_aliases(gate: Gate, provider: Provider) -> None:
    key = (await gate.key()).text
    await gate.rules(model_allow=["m*"], model_deny=["m-big"], model_aliases={"fast": "m-small", "huge": "m-big"})
    assert (await gate.bearer(key, body={**BODY, "model": "fast"})).status == 200
    assert json.loads(provider.requests[-1])["model"] == "m-small"
    for name in ("m-big", "huge", "x"):
        answer = await gate.bearer(key, body={**BODY, "model": name})
        assert (answer.status, answer.code) == (403, "model_not_allowed"), name
    assert len(provider.requests) == 1


async def test_lists_of_addresses_hold_for_all_keys(gate: Gate) -> None:
    key, stores = (await gate.key()).text, gate.services.stores
    for lists, status in (
        (AddressLists(deny=("127.0.0.0/8",)), 403),
        (AddressLists(allow=("203.0.113.0/24",)), 403),
        (AddressLists(allow=("127.0.0.0/8",)), 200),
    ):
        await stores.addresses.put(gate.tenant_id, lists, gate.services.control.clock())
        await gate.services.access.book.changed()
        answer = await gate.bearer(key, headers={"X-Forwarded-For": "203.0.113.9"})  # nobody said to believe it
        assert answer.status == status
        assert status == 200 or answer.param == "tenant_addresses"


async def test_a_tenant_that_is_not_served(gate: Gate) -> None:
    key, tenants = (await gate.key()).text, gate.services.stores.tenants
    for status, expected in (
        (TenantStatus.SUSPENDED, (503, "tenant_sealed")),
        (TenantStatus.ACTIVE, (200, "")),
        (TenantStatus.DELETED, (401, "invalid_api_key")),
    ):
        await tenants.change(gate.tenant_id, gate.services.control.clock(), status=status)
        await gate.services.access.book.changed()
        answer = await gate.bearer(key)
        assert (answer.status, answer.code if answer.status != 200 else "") == expected


async def test_one_look_up_for_known_and_unknown_keys(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    known, unknown = (await gate.key()).text, (await gate.key()).text
    async with gate.services.stores.database.write() as connection:
        await connection.execute(CAPABILITY_KEYS.delete().where(CAPABILITY_KEYS.c.id == unknown.split("_")[3]))
    store, calls = gate.services.stores.capabilities, []
    find = store.find

    async def counted(key_id: str) -> Any:
        calls.append(key_id)
        return await find(key_id)

    monkeypatch.setattr(store, "find", counted)
    for text, status in ((known, 200), (unknown, 401), (known, 200), (unknown, 401)):
        assert (await gate.bearer(text)).status == status
    assert calls == [known.split("_")[3], unknown.split("_")[3]], "each once, and then from memory"
