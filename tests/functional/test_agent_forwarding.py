"""What the local agent passes on and what it keeps, in front of a server that stands in the gateway's place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from gateway.agent.run import serve
from gateway.client.key import ProofKey
from gateway.client.login import Login

SECRET = "holdback-local-" + "x" * 43


@asynccontextmanager
async def stranger(handler: Any) -> AsyncIterator[str]:
    """A server in the gateway's place."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


LOCAL = Login("http://127.0.0.1:9", ProofKey.new(), "kc_live_a_key", local_secret=SECRET)


async def test_what_passes_and_what_does_not() -> None:
    seen: list[web.Request] = []
    bodies: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        bodies.append(await request.read())
        headers = {"X-Own": "1", "Set-Cookie": "a=b", "DPoP-Nonce": "n", "Access-Control-Allow-Origin": "*"}
        return web.Response(status=207, body=b"\x1f\x8b not unpacked", headers=headers | {"Content-Encoding": "gzip"})

    ours = {"x-api-key": SECRET, "api-key": "other", "Cookie": "c=d", "DPoP": "theirs", "X-Forwarded-For": "1.2.3.4"}
    tools = {"X-Holdback-User": "ada", "OpenAI-Beta": "x=1", "User-Agent": "tool/1"}
    async with (
        stranger(answer) as url,
        serve(replace(LOCAL, gateway=url), 0, sessions=False) as local,
        aiohttp.ClientSession(auto_decompress=False) as http,
        http.put(URL(f"{local}/v1/a%2Fb?q=%41", encoded=True), data=b"\x00\xff", headers=ours | tools) as got,
    ):
        body = await got.read()
        assert (got.status, body, got.headers["X-Own"]) == (207, b"\x1f\x8b not unpacked", "1")
        assert not {"Set-Cookie", "DPoP-Nonce", "Access-Control-Allow-Origin"} & set(got.headers)
    request = seen[0]
    assert (request.method, request.raw_path, bodies[0]) == ("PUT", "/v1/a%2Fb?q=%41", b"\x00\xff")
    assert [request.headers[name] for name in ("X-Holdback-User", "OpenAI-Beta", "User-Agent")] == [
        "ada",
        "x=1",
        "tool/1",
    ]
    assert request.headers["Authorization"] == "DPoP kc_live_a_key"
    assert not {"x-api-key", "api-key", "Cookie", "X-Forwarded-For"} & set(request.headers)
    assert len(request.headers.getall("DPoP")) == 1
    assert SECRET not in str(request.headers)


async def test_an_answer_that_breaks_off_breaks_off() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with (
        stranger(answer) as url,
        serve(replace(LOCAL, gateway=url), 0, sessions=False) as local,
        aiohttp.ClientSession(headers={"x-api-key": SECRET}) as http,
    ):
        with pytest.raises(aiohttp.ClientError):
            async with http.get(f"{local}/v1/models") as got:
                await got.read()


async def test_the_gateway_is_away_or_is_something_else() -> None:
    async def portal(_request: web.Request) -> web.Response:
        return web.Response(text="<html>Sign in</html>")

    async with aiohttp.ClientSession() as http:
        async with serve(LOCAL, 0) as local, http.get(f"{local}/v1/models", headers={"api-key": SECRET}) as got:
            assert (got.status, (await got.json())["error"]["code"]) == (502, "gateway_unreachable")
            assert "x-should-retry" not in got.headers, "another try may help"
        async with (
            stranger(portal) as url,
            serve(replace(LOCAL, gateway=url), 0) as local,
            http.get(f"{local}/v1/models", headers={"api-key": SECRET}) as got,
        ):
            assert (got.status, (await got.json())["error"]["code"]) == (502, "session_unreadable")
