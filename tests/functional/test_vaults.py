"""`/v1/vaults` over the wire: values in, random tokens out, and back; what is recorded, refused, counted and stored."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.services import Services
from gateway.settings.vaults import VaultSettings
from gateway.stores.tables.audit import Filter
from gateway.vault.formats.luhn import luhn_sum
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, serve_provider, stream

pytestmark = pytest.mark.asyncio(loop_scope="module")
CARD = "4111 1111 1111 1111"
VALUES = {"pan": CARD, "ssn": "536-22-8726", "email": "jane.doe@mail.example.com", "generic": "Jane Doe\nof Leeds"}
SHAPES = {
    "pan": r"411111\d{6}1111",
    "ssn": r"9\d\d-\d\d-\d{4}",
    "email": r"kc-[0-9a-z]{8}@mail\.example\.com",
    "generic": r"KC_VAULT_[0-9A-Z]{16}",
}


@dataclass
class Client:
    """A client of a gateway's vaults."""

    url: str
    services: Services
    provider: Provider
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        given: dict[str, Any] = {} if body is None else {"json": body}
        headers = {"Authorization": f"Bearer {KEY}"}
        async with self.http.request(method, f"{self.url}/v1/vaults{path}", headers=headers, **given) as answer:
            return answer.status, await answer.json()

    async def vault(self, name: str, token_format: str, **more: Any) -> str:
        status, made = await self.call("POST", "", {"name": name, "token_format": token_format, **more})
        assert status == 200, made
        return str(made["id"])

    async def events(self, kind: str) -> list[dict[str, Any]]:
        rows = await self.services.audit.store.rows(Filter())
        return [json.loads(row.body) for row in rows if row.kind == kind]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[Client]:
    async with serve_provider() as provider, aiohttp.ClientSession() as http:
        limits = VaultSettings(detokenize_per_minute=50, misses_per_minute=3)
        async with serve_gateway(provider.base_url, vaults=limits) as (url, services):
            yield Client(url, services, provider, http)


@pytest.mark.parametrize("form", VALUES)
async def test_there_and_back(client: Client, form: str) -> None:
    vault = await client.vault(f"there {form}", form)
    status, made = await client.call("POST", f"/{vault}/tokens", {"value": VALUES[form], "metadata": {"row": "7"}})
    assert status == 200
    assert re.fullmatch(SHAPES[form], made["token"])
    assert made["token"] != VALUES[form]
    status, again = await client.call("POST", f"/there {form}/tokens", {"value": VALUES[form]})
    assert again["token"] != made["token"], "tokens are random"
    for how in (
        ("POST", f"/{vault}/detokenize", {"token": made["token"]}),
        ("POST", f"/{vault}/detokenize", {"token": made["token"].lower()}),
        ("GET", f"/{vault}/tokens/{made['id']}", None),
    ):
        status, back = await client.call(*how)
        assert (status, back["value"], back["metadata"]) == (200, VALUES[form], {"row": "7"})
    told = await client.events("detokenize")
    assert [event["target"] for event in told][-3:] == [made["id"]] * 3
    status, listed = await client.call("GET", f"/{vault}/tokens")
    assert {row["token"] for row in listed["data"]} == {made["token"], again["token"]}
    assert VALUES[form] not in json.dumps(listed)
    assert (await client.call("GET", f"/{vault}"))[1]["stats"]["active_count"] == 2


async def test_in_bulk_all_or_none(client: Client) -> None:
    vault = await client.vault("bulk", "pan")
    cards = [f"411111{number:05}" for number in range(40)]
    cards = [card + next(d + "1111" for d in "0123456789" if not luhn_sum(card + d + "1111")) for card in cards]
    status, made = await client.call("POST", f"/{vault}/tokens/bulk", {"values": cards})
    assert (status, made["count"]) == (200, 40)
    assert len({one["token"] for one in made["tokens"]}) == 40
    assert not any(luhn_sum(one["token"]) for one in made["tokens"])
    status, error = await client.call("POST", f"/{vault}/tokens/bulk", {"values": [*cards, "4111111111111112"]})
    assert (status, error["error"]["code"], error["error"]["param"]) == (400, "value_not_of_format", "values[40]")
    assert (await client.call("GET", f"/{vault}/stats"))[1]["token_count"] == 40


async def test_what_a_card_vault_runs_out_of(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = await client.vault("small", "pan")
    monkeypatch.setattr("gateway.vaults.secrets.randbelow", lambda _: 5)  # chance gives one token only
    value = {"value": "4222222222222"}
    assert (await client.call("POST", f"/{vault}/tokens", value))[0] == 200
    status, error = await client.call("POST", f"/{vault}/tokens", value)
    assert (status, error["error"]["code"]) == (409, "vault_full")
    assert (await client.call("GET", f"/{vault}/stats"))[1]["token_count"] == 1


async def test_rotation_revocation_and_deletion(client: Client) -> None:
    vault = await client.vault("turn", "generic")
    _, first = await client.call("POST", f"/{vault}/tokens", {"value": "one"})
    status, turned = await client.call("POST", f"/{vault}/rotate")
    assert status == 200
    _, second = await client.call("POST", f"/{vault}/tokens", {"value": "two"})
    _, back = await client.call("POST", f"/{vault}/detokenize", {"token": first["token"]})
    assert back["value"] == "one"
    _, back = await client.call("POST", f"/{vault}/detokenize", {"token": second["token"]})
    assert back["crypto_key_version"] == turned["new_version"]
    while await client.services.control.keys.records.reseal("local"):
        pass
    _, back = await client.call("POST", f"/{vault}/detokenize", {"token": first["token"]})
    assert (back["value"], back["crypto_key_version"]) == ("one", turned["new_version"])

    # Crypto-erase: also what has been sealed anew since.
    await client.services.control.keys.lifecycle.revoke("local", turned["new_version"] - 1)
    status, error = await client.call("POST", f"/{vault}/detokenize", {"token": first["token"]})
    assert (status, error["error"]["code"]) == (404, "unknown_token")
    assert (await client.call("POST", f"/{vault}/detokenize", {"token": second["token"]}))[1]["value"] == "two"

    status, _ = await client.call("DELETE", f"/{vault}/tokens/{second['id']}")
    assert status == 200
    assert (await client.call("GET", f"/{vault}/tokens/{second['id']}"))[0] == 404
    await client.call("POST", f"/{vault}/tokens", {"value": "three"})
    status, gone = await client.call("DELETE", f"/{vault}")
    assert (status, gone["tokens"]) == (200, 1)
    assert (await client.call("GET", f"/{vault}"))[1]["error"]["code"] == "unknown_vault"


async def test_time_to_live(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = await client.vault("brief", "generic", default_ttl_seconds=3600)
    _, made = await client.call("POST", f"/{vault}/tokens", {"value": "x", "ttl_seconds": 60})
    _, other = await client.call("POST", f"/{vault}/tokens", {"value": "y"})
    assert (await client.call("GET", f"/{vault}/stats"))[1] == {
        "token_count": 2,
        "active_count": 2,
        "expiring_in_24h": 2,
    }
    from datetime import timedelta

    later = client.services.control.clock() + timedelta(seconds=61)
    monkeypatch.setattr(client.services.control.keys.keyring, "now", lambda: later)
    assert (await client.call("GET", f"/{vault}/tokens/{made['id']}"))[0] == 404
    assert (await client.call("GET", f"/{vault}/tokens/{other['id']}"))[0] == 200
    await client.services.stores.purge(later)
    monkeypatch.undo()
    assert (await client.call("GET", f"/{vault}/tokens/{made['id']}"))[0] == 404


async def test_a_search_for_tokens_is_refused_and_told(client: Client) -> None:
    vault = await client.vault("searched", "generic")
    statuses = []
    for number in range(5):
        status, _ = await client.call("POST", f"/{vault}/detokenize", {"token": f"KC_VAULT_{number:016}"})
        statuses.append(status)
    assert statuses == [404, 404, 404, 429, 429]
    assert [event["target"] for event in await client.events("enumeration")] == [vault] * 2
    assert [event["outcome"] for event in await client.events("detokenize")][-5:] == ["unknown"] * 5


async def test_a_switched_off_vault_and_mistakes(client: Client) -> None:
    vault = await client.vault("off", "ssn")
    assert (await client.call("POST", "", {"name": "off", "token_format": "ssn"}))[0] == 409
    for body in (
        {"value": "not a number"},
        {"value": "912-13-5678"},
        {"value": "536-22-8726", "card_exp_month": 1, "card_exp_year": 2030},
        {"value": "536-22-8726", "ttl_seconds": 1},
        {"value": "536-22-8726", "x": 1},
    ):
        status, error = await client.call("POST", f"/{vault}/tokens", body)
        assert status == 400, body
        assert "536" not in json.dumps(error)
    assert (await client.call("PATCH", f"/{vault}", {"enabled": False, "description": "shut"}))[1]["enabled"] is False
    status, error = await client.call("POST", f"/{vault}/tokens", {"value": "536-22-8726"})
    assert (status, error["error"]["code"]) == (409, "vault_disabled")
    assert (await client.call("GET", "?limit=501"))[0] == 400
    names = [one["name"] for one in (await client.call("GET", "?after=nn"))[1]["data"]]
    assert "off" in names
    assert names == sorted(names)


async def test_nothing_of_it_stands_in_the_database(client: Client) -> None:
    vault = await client.vault("sealed", "email")
    value = {"value": "quite.special@mail.example.com", "metadata": {"note": "quiet words"}, "subject": "subject-77"}
    _, made = await client.call("POST", f"/{vault}/tokens", value)
    stored = _all_bytes(Path(client.services.settings.stores.data_dir))
    for text in ("quite.special", "quiet words", "subject-77", made["token"]):
        assert text.encode() not in stored


async def test_a_vault_token_in_a_prompt_stays_as_it_is(client: Client) -> None:
    tokens = {}
    for form, value in VALUES.items():
        vault = await client.vault(f"pasted {form}", form)
        tokens[form] = (await client.call("POST", f"/{vault}/tokens", {"value": value}))[1]["token"]
    text = "Card {pan}, SSN {ssn}, {email} and {generic}; my card 5555 5555 5555 4444".format(**tokens)
    client.provider.pieces = stream([text])
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": text}]}
    headers = {"Authorization": f"Bearer {KEY}"}
    for history in (1, 2):
        async with client.http.post(f"{client.url}/v1/chat/completions", json=body, headers=headers) as answer:
            heard = await answer.text()
        sent = json.loads(client.provider.requests[-1])["messages"]
        for form, token in tokens.items():
            assert token in sent[0]["content"], form
            assert token in heard.replace('"}}]}', ""), form
        assert "5555 5555 5555 4444" not in sent[0]["content"]
        if history == 1:
            body["messages"] = [*sent, {"role": "user", "content": "And?"}]  # as a client in redact mode


async def test_a_search_for_tokens_in_an_answer_is_told(client: Client) -> None:
    guesses = " ".join(f"KC_PERSON_{number:08}" for number in range(9))
    client.provider.pieces = stream([guesses])
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Say them."}]}
    headers = {"Authorization": f"Bearer {KEY}"}
    async with client.http.post(f"{client.url}/v1/chat/completions", json=body, headers=headers) as answer:
        events = [line[6:] for line in (await answer.text()).splitlines() if line.startswith("data: {")]
    deltas = [json.loads(event)["choices"][0]["delta"].get("content", "") for event in events]
    assert "".join(deltas) == guesses
    told = (await client.events("enumeration"))[-1]
    assert (told["reason"], told["count"]) == ("tokens", 9)


async def test_no_token_of_a_token_when_the_history_is_trimmed(client: Client, tmp_path: Path) -> None:
    policy = tmp_path / "redact.yaml"
    policy.write_text("extends: default\ntokens: {response: redact}\n")
    headers = {"Authorization": f"Bearer {KEY}", "X-Holdback-Conversation": "trimmed"}
    async with serve_gateway(client.provider.base_url, policy=str(policy)) as (url, _):
        history = [{"role": "user", "content": f"My card is {CARD}, SSN {VALUES['ssn']}."}]
        for _ in range(3):
            client.provider.pieces = stream(["ok"])
            body = {"model": "m", "stream": True, "messages": history}
            async with client.http.post(f"{url}/v1/chat/completions", json=body, headers=headers) as answer:
                await answer.read()
            sent = json.loads(client.provider.requests[-1])["messages"]
            # The answer had the tokens; what they stand for was said in a turn that is not sent any more.
            history = [{"role": "user", "content": sent[0]["content"]}]
            assert CARD not in sent[0]["content"]
        assert json.loads(client.provider.requests[-1])["messages"] == history
        assert json.loads(client.provider.requests[-2])["messages"] == history


def _all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
