"""Vaults and conversations by capability keys: what a scope opens; keys and tenants do not see what is another's."""

from __future__ import annotations

import json

import pytest

from gateway.stores.tables.audit import Filter
from tests.fakes.access import Gate
from tests.fakes.provider import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANAGE = {"endpoints": ["/v1/vaults", "/v1/vaults/*"]}
PUTS = {"endpoints": ["/v1/vaults/{vault}/tokens"]}
GETS = {"endpoints": ["/v1/vaults/{vault}/detokenize"], "detokenize": True}
SSN = {"value": "536-22-8726"}


async def test_who_may_tokenize_may_not_by_that_detokenize(gate: Gate) -> None:
    models, manages, puts, gets = [(await gate.key(scope)).text for scope in ({}, MANAGE, PUTS, GETS)]
    made = await gate.bearer(manages, "/v1/vaults", body={"name": "people", "token_format": "ssn"})
    assert made.status == 200
    token = (await gate.bearer(puts, "/v1/vaults/people/tokens", body=SSN)).body
    assert (await gate.bearer(gets, "/v1/vaults/people/detokenize", body={"token": token["token"]})).body["value"] == (
        SSN["value"]
    )
    asked = {"token": token["token"]}
    for key, path, body, code in (
        (models, "/v1/vaults", {"name": "mine", "token_format": "ssn"}, "vault_denied"),
        (models, "/v1/vaults/people/tokens", SSN, "vault_denied"),
        (models, "/v1/vaults/people/detokenize", asked, "vault_denied"),
        (manages, "/v1/vaults/people/detokenize", asked, "vault_denied"),
        (puts, "/v1/vaults/people/detokenize", asked, "scope_denied"),
        (gets, "/v1/vaults/people/tokens", SSN, "scope_denied"),
    ):
        answer = await gate.bearer(key, path, body=body)
        assert (answer.status, answer.code) == (403, code), path
    answer = await gate.bearer(gets, f"/v1/vaults/people/tokens/{token['id']}", method="GET")
    assert answer.code == "scope_denied"


async def test_a_tenants_vaults_are_its_own(gate: Gate) -> None:
    ours = (await gate.key(MANAGE)).text
    await gate.bearer(ours, "/v1/vaults", body={"name": "people", "token_format": "ssn"})
    token = (await gate.bearer(ours, "/v1/vaults/people/tokens", body=SSN)).body["token"]
    await gate.settle(f"other-{gate.tenant_id[-8:]}")
    theirs = (await gate.key(MANAGE | {"detokenize": True})).text
    assert (await gate.bearer(theirs, "/v1/vaults/people/tokens", body=SSN)).code == "unknown_vault"
    await gate.bearer(theirs, "/v1/vaults", body={"name": "people", "token_format": "ssn"})
    answer = await gate.bearer(theirs, "/v1/vaults/people/detokenize", body={"token": token})
    assert (answer.status, answer.code) == (404, "unknown_token")


async def test_a_response_belongs_to_its_key_or_subject(gate: Gate, provider: Provider) -> None:
    provider.body = {"id": "resp_ours", "object": "response", "status": "completed", "output": []}
    one, other = (await gate.key()).text, (await gate.key()).text
    ada, also_ada = (await gate.key(subject="ada")).text, (await gate.key(subject="ada")).text
    first = {"model": "m", "input": "Hi"}
    then = {"model": "m", "input": "And?", "previous_response_id": "resp_ours"}
    assert (await gate.bearer(one, "/v1/responses", body=first)).status == 200
    assert (await gate.bearer(one, "/v1/responses", body=then)).status == 200
    for key in (other, ada):
        assert (await gate.bearer(key, "/v1/responses", body=then)).code == "unknown_response"
    provider.body = {**provider.body, "id": "resp_ada"}
    assert (await gate.bearer(ada, "/v1/responses", body=first)).status == 200
    then = then | {"previous_response_id": "resp_ada"}
    assert (await gate.bearer(also_ada, "/v1/responses", body=then)).status == 200
    assert (await gate.bearer(one, "/v1/responses", body=then)).code == "unknown_response"
    await gate.settle(f"third-{gate.tenant_id[-8:]}")
    stranger = (await gate.key(subject="ada")).text
    assert (await gate.bearer(stranger, "/v1/responses", body=then)).code == "unknown_response"


async def test_a_rotation_in_mid_conversation_and_a_revocation(gate: Gate, provider: Provider) -> None:
    key = (await gate.key()).text
    lifecycle, values = gate.services.control.keys.lifecycle, ("hunter2horse", "4111 1111 1111 1111")

    async def turn(number: int, text: str) -> str:
        """What the client hears when the model says the tokens of the first turn."""
        said = {"type": "output_text", "text": "{}, {}".format(*tokens) if tokens else "ok", "annotations": []}
        message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [said]}
        provider.body = {"id": f"resp_{number}", "object": "response", "status": "completed", "output": [message]}
        body = {"model": "m", "input": text} | ({"previous_response_id": f"resp_{number - 1}"} if number else {})
        answer = await gate.bearer(key, "/v1/responses", body=body)
        assert answer.status == 200, answer.body
        return str(answer.body["output"][0]["content"][0]["text"])

    tokens: list[str] = []
    await turn(0, "password: {}, card {} ok".format(*values))
    seen = json.loads(provider.requests[-1])["input"]
    tokens = seen.removeprefix("password: ").removesuffix(" ok").split(", card ")
    assert not {*tokens} & {*values}

    await lifecycle.rotate(gate.tenant_id)
    assert await turn(1, f"My card {values[1]}?") == "{}, {}".format(*values)
    assert json.loads(provider.requests[-1])["input"] == f"My card {tokens[1]}?", "it goes on with its version"
    await lifecycle.revoke(gate.tenant_id, 1)
    assert await turn(2, f"My card {values[1]}?") == "{}, {}".format(*tokens)
    again = json.loads(provider.requests[-1])["input"]
    assert values[1] not in again
    assert tokens[1] not in again
    rows = await gate.services.audit.store.rows(Filter(chains=(gate.tenant_id,)))
    told = [json.loads(row.body).get("recognizer") for row in rows]
    assert told.count("token/of a revoked key") == 2
