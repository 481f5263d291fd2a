"""What any gateway in Python costs at least: aiohttp on both sides, and nothing looked at.

python -m tests.bench.passthrough PORT UPSTREAM
"""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import uvloop
from aiohttp import web

SESSION = web.AppKey("session", aiohttp.ClientSession)
UPSTREAM = web.AppKey("upstream", str)


async def forward(request: web.Request) -> web.StreamResponse:
    """Pass a request up, and its answer down piece by piece."""
    app = request.app
    data = await request.read()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    url = app[UPSTREAM] + request.path.removeprefix("/v1")
    async with app[SESSION].request(request.method, url, data=data, headers=headers) as upstream:
        response = web.StreamResponse(status=upstream.status, headers={"Content-Type": upstream.content_type})
        await response.prepare(request)
        async for piece in upstream.content.iter_any():
            await response.write(piece)
        return response


async def healthy(_request: web.Request) -> web.Response:
    """Ready."""
    return web.Response(text="ok")


async def main(port: int, upstream: str) -> None:
    """Serve until killed."""
    app = web.Application(client_max_size=1 << 26)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    ) as session:
        app[SESSION], app[UPSTREAM] = session, upstream
        app.router.add_get("/healthz", healthy)
        app.router.add_route("*", "/{path:.*}", forward)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner_:
        runner_.run(main(int(sys.argv[1]), sys.argv[2]))
