"""What judges the scenarios can fail: planted defects are seen, and the small proxy does what its word says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from recognizers.checksums import luhn
from tests.fakes.provider import DONE, chunk
from tests.replicas.proxy import serve_proxy
from tests.replicas.talk import VALUES, Heard, Talk, hear

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def heard(text: str, *, done: bool = True, code: str = "", broken: str = "") -> list[str]:
    return Heard(Talk("k", number=7), 200, text=text, is_done=done, code=code, broken=broken).faults()


def test_each_planted_defect_is_seen() -> None:
    talk, other = Talk("k", number=7), Talk("k", number=8)
    whole = talk.expected(2)
    assert heard(whole) == []
    assert heard(whole[:-9], done=False, code="replica_lost") == []
    assert heard(whole[:-9], done=False, broken="ClientPayloadError") == []
    defects = {
        "wrong restore": heard(whole.replace(talk.values[0], other.values[0])),
        "a token that was not restored": heard(whole.replace(talk.values[0], "kc-x@mail.example.com")),
        "a number that was let through": heard(whole.replace("[US_SSN]", "123-45-6789")),
        "a word lost in the middle": heard(whole.replace("Not ", "", 1)),
        "a part taken for the whole": heard(whole[:-9]),
        "an end and an error": heard(whole, code="replica_lost"),
        "the silent end of a part": heard(whole[:-9], done=False),
    }
    assert [name for name, found in defects.items() if not found] == []
    for value in talk.values:
        assert VALUES.findall(f"a {value} b") == [value]


def test_planted_values_are_values() -> None:
    for number in (1, 9, 4321, 99_999):
        _, card, social = Talk("k", number=number).values
        assert luhn(card)
        assert len(card) == 16
        assert len(social) == 11
    assert len({value for number in range(1, 20_000) for value in Talk("k", number=number).values}) == 3 * 19_999


@asynccontextmanager
async def backend(handler: Handler, ready: int = 200) -> AsyncIterator[str]:
    async def is_ready(_: web.Request) -> web.Response:
        return web.Response(status=ready)

    app = web.Application()
    app.router.add_get("/readyz", is_ready)
    app.router.add_post("/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def dies(request: web.Request) -> web.StreamResponse:
    """Two events and a half, then the connection breaks."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(chunk({"content": "one "}) + chunk({"content": "two"}) + chunk({"content": "three"})[:40])
    await asyncio.sleep(0.05)
    assert request.transport is not None
    request.transport.abort()
    return response


async def breaks_at_once(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def refuses(_: web.Request) -> web.StreamResponse:
    return web.json_response({"error": {"code": "gateway_stopping"}}, status=503)


async def speaks(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(chunk({"content": "whole"}) + DONE)
    return response


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_a_stream_that_breaks_ends_with_a_word(path: str) -> None:
    async with backend(dies) as dying, serve_proxy([dying]) as url, aiohttp.ClientSession() as http:
        async with http.post(url + path, json={}) as answer:
            text = await answer.text()
        [*events, last] = [line for line in text.splitlines() if line.startswith("data: ")]
        assert len(events) == 2, "whole events only"
        assert json.loads(last[6:])["error"]["code"] == "replica_lost"
        assert ("event: error\n" in text) == path.endswith("messages")
        assert "[DONE]" not in text
        broken = await hear(http, url, Heard(Talk("k")))
        assert (broken.outcome, broken.text) == ("replica_lost", "one two")


@pytest.mark.parametrize("first", [breaks_at_once, refuses, None])
async def test_before_the_first_byte_the_next_one_is_asked(first: Handler | None) -> None:
    async with AsyncExitStack() as stack:
        bad = await stack.enter_async_context(backend(first)) if first else "127.0.0.1:1"
        good = await stack.enter_async_context(backend(speaks))
        url = await stack.enter_async_context(serve_proxy([bad, good]))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        for _ in range(4):
            found = await hear(http, url, Heard(Talk("k")))
            assert (found.outcome, found.replica) == ("whole", good)


async def test_where_nobody_is_ready_the_replicas_word_is_passed_on() -> None:
    async with (
        backend(refuses, 503) as one,
        backend(refuses, 503) as other,
        serve_proxy([one, other]) as url,
        aiohttp.ClientSession() as http,
    ):
        found = await hear(http, url, Heard(Talk("k")))
    assert (found.status, found.outcome) == (503, "gateway_stopping")
