"""The local agent in front of the gateway, for clients that can set a base URL and a key, and no more."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import anthropic
import openai
import pytest
from yarl import URL

from gateway.agent.run import refusal_of, serve
from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.observe import log
from tests.dialects import ANTHROPIC
from tests.fakes.access import ORIGIN, Gate
from tests.fakes.provider import DONE, Provider, chunk, stream

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "holdback-local-" + "x" * 43
VALUE = "jane.doe@example.com"
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": f"I am {VALUE}"}]}


async def login(gate: Gate) -> Login:
    key = ProofKey.new()
    minted = await gate.key(thumbprint=key.thumbprint)
    return Login(gate.url, key, minted.text, public_origin=ORIGIN, local_secret=SECRET)


@asynccontextmanager
async def agent(gate: Gate) -> AsyncIterator[str]:
    async with serve(await login(gate), 0) as url:
        yield url


async def asked(http: aiohttp.ClientSession, url: str, **headers: str) -> tuple[int, Any, Any]:
    """Status, headers and body of one request; `None`-like headers are left out."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with http.post(url, json=ASK, headers=given) as answer:
        is_json = answer.content_type == "application/json"
        return answer.status, answer.headers, await (answer.json() if is_json else answer.text())


async def test_stock_clients_with_two_settings_changed(gate: Gate, provider: Provider) -> None:
    provider.body, provider.pieces = None, stream(["Write to ", "ada@mail.example.org", " now."])
    async with agent(gate) as url:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=SECRET, max_retries=0) as client:
            answer = await client.chat.completions.create(**ASK, stream=True)
            said = "".join([event.choices[0].delta.content or "" async for event in answer])
        assert said == "Write to [EMAIL_ADDRESS] now."
        provider.pieces = ANTHROPIC.stream("text", ["Write to ", "ada@mail.example.org", " now."])
        async with (
            anthropic.AsyncAnthropic(base_url=url, api_key=SECRET, max_retries=0) as claude,
            claude.messages.stream(max_tokens=9, **ASK) as message,
        ):
            assert "".join([text async for text in message.text_stream]) == said
    assert VALUE.encode() not in b"".join(provider.requests)


async def test_what_comes_goes_on_at_once(gate: Gate, provider: Provider) -> None:
    """The provider says the second half when the client has read the first."""
    heard = asyncio.Event()

    async def wait(number: int, *_: Any) -> None:
        if number == 2:
            await asyncio.wait_for(heard.wait(), 10)

    provider.body, provider.before = None, wait
    provider.pieces = [chunk({"content": "One sentence. "}), chunk({"content": "Two. "}), chunk({"content": "x"}), DONE]
    try:
        async with (
            agent(gate) as url,
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {SECRET}"}) as http,
            http.post(f"{url}/v1/chat/completions", json={**ASK, "stream": True}) as answer,
        ):
            async for line in answer.content:
                if b"sentence" in line:
                    heard.set()
            assert heard.is_set()
    finally:
        provider.before = None


async def test_who_is_not_served(gate: Gate, provider: Provider) -> None:
    good = {"Authorization": f"Bearer {SECRET}"}
    refused: list[tuple[dict[str, str], int, str]] = [
        ({}, 401, "wrong_local_secret"),
        ({"Authorization": f"Bearer {SECRET}x"}, 401, "wrong_local_secret"),
        ({"Authorization": f"Basic {SECRET}"}, 401, "wrong_local_secret"),
        ({"x-api-key": ""}, 401, "wrong_local_secret"),
        *((good | {"Origin": origin}, 403, "foreign_origin") for origin in ("https://evil.example", "null", "")),
        (good | {"Origin": "http://localhost:3000"}, 403, "foreign_origin"),
        *(
            (good | {"Host": host}, 421, "foreign_host")
            for host in (
                "evil.example",
                "127.0.0.1.evil.example",
                "localhost.evil.example:80",
                "127.0.0.2",
                "",
                "a@127.0.0.1",
            )
        ),
    ]
    async with agent(gate) as url, aiohttp.ClientSession() as http:
        for headers, status, code in refused:
            got, said, body = await asked(http, f"{url}/v1/chat/completions", **headers)
            assert (got, body["error"]["code"]) == (status, code), headers
            assert said["x-should-retry"] == "false"
            assert "Access-Control-Allow-Origin" not in said
        async with http.options(f"{url}/v1/models", headers=good | {"Origin": "https://evil.example"}) as preflight:
            assert preflight.status == 403
        assert provider.requests == []
        served = (
            {"x-api-key": SECRET},
            {"api-key": SECRET},
            good | {"Host": "localhost:1"},
            good | {"Host": "[::1]:80"},
        )
        for headers in served:
            assert (await asked(http, f"{url}/v1/chat/completions", **headers))[0] == 200, headers


async def test_raw_requests_that_no_client_sends(gate: Gate, provider: Provider) -> None:
    async with agent(gate) as url:
        port = int(url.rpartition(":")[2])
        head = f"Authorization: Bearer {SECRET}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        for start in (
            "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
            "POST http://evil.example/v1/models HTTP/1.1\r\nHost: localhost\r\n",
            "POST /v1/models HTTP/1.0\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write((start + head).encode())
            status = int((await reader.read()).split(b" ")[1])
            writer.close()
            assert status in (400, 421), start
    assert provider.requests == []


async def test_only_the_data_plane_is_signed_for(gate: Gate) -> None:
    async with agent(gate) as url, aiohttp.ClientSession(headers={"Authorization": f"Bearer {SECRET}"}) as http:
        for path in (
            "/admin/tenants",
            "/agent/v1/session",
            "/",
            "/v1",
            "/v1/../admin/x",
            "/v1/%2e%2e/admin/x",
            "/V1/x",
        ):
            target = URL(url + path, encoded=True)
            async with http.get(target) as answer:
                assert (answer.status, (await answer.json())["error"]["code"]) == (404, "out_of_reach"), path
        async with http.get(f"{url}/v1/models?limit=2") as answer:
            assert answer.status == 200


async def test_sdks_do_not_hammer_on_refusals(gate: Gate, provider: Provider) -> None:
    sent: list[str] = []

    async def note(request: Any) -> None:
        sent.append(request.url.path)

    async with agent(gate) as url:
        inner = openai.DefaultAsyncHttpxClient(event_hooks={"request": [note]})
        async with openai.AsyncOpenAI(
            base_url=f"{url}/v1", api_key="wrong", http_client=inner, max_retries=5
        ) as client:
            with pytest.raises(openai.AuthenticationError):
                await client.models.list()
        other = anthropic.DefaultAsyncHttpxClient(event_hooks={"request": [note]})
        async with anthropic.AsyncAnthropic(base_url=url, api_key="wrong", http_client=other, max_retries=5) as claude:
            with pytest.raises(anthropic.AuthenticationError) as caught:
                await claude.messages.create(max_tokens=9, **ASK)
    assert sent == ["/v1/models", "/v1/messages"]
    assert caught.value.body["type"] == "error", "in Anthropic's shape"  # type: ignore[index]


async def test_a_login_is_asked_about(gate: Gate) -> None:
    made = await login(gate)
    assert await refusal_of(made) == ""
    assert await refusal_of(replace(made, key=ProofKey.new())) == "invalid_token"
    assert await refusal_of(replace(made, token=made.token[:-1])) == "invalid_api_key"
    assert await refusal_of(replace(made, public_origin="https://other.example")) == "invalid_dpop_proof"


async def test_a_login_that_ended_is_told_once(gate: Gate, provider: Provider) -> None:
    async with agent(gate) as url, aiohttp.ClientSession() as http:
        good = {"Authorization": f"Bearer {SECRET}"}
        assert (await asked(http, f"{url}/v1/chat/completions", **good))[0] == 200
        access = gate.services.access
        row = (await access.stores.capabilities.of_tenant(gate.tenant_id))[0]
        await access.minting.revoke(gate.tenant_id, row.id, "test", access.book)
        status, headers, body = await asked(http, f"{url}/v1/chat/completions", **good)
    assert (status, body["error"]["code"], headers["x-should-retry"]) == (401, "invalid_api_key", "false")
    assert "DPoP-Nonce" not in headers
    assert "WWW-Authenticate" not in headers
    assert len(provider.requests) == 1


async def test_no_secret_in_any_log(gate: Gate) -> None:
    """Of the agent, the gateway and the libraries, at debug level."""
    out = io.StringIO()
    log.configure("debug", human=False, stream=out)
    levels = {name: logging.getLogger(name).level for name in ("", "aiohttp", "aiohttp.access", "aiohttp.client")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    made = await login(gate)
    try:
        async with serve(made, 0) as url, aiohttp.ClientSession() as http:
            for headers in (
                {"x_api_key": SECRET},
                {"x_api_key": SECRET + "wrong"},
                {"x_api_key": SECRET, "Origin": SECRET},
            ):
                await asked(http, f"{url}/v1/chat/completions?key={SECRET}", **headers)
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        log.configure("error", human=True)
    said = out.getvalue()
    assert said.count('"status": 200') >= 2, "the agent's line and the gateway's"
    for secret in (SECRET, made.token, made.token[-20:], made.key.written()["d"], "eyJ", VALUE):
        assert secret not in said
