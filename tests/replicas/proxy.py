"""A small proxy in front of replicas: health checks, the next replica before the first byte, a word after it.

What it does, and what the docs ask of any proxy:
1. `/readyz` of each replica, several times a second: a replica that drains or lost a store gets nothing new, unless all
   are so; then the client gets the replica's own word.
2. Until the first byte of an answer has come, a request whose replica cannot be reached, breaks off, or says 503 goes
   to the next one.
3. A stream that breaks off ends with an error event behind the last whole event, never with `[DONE]`. Any other answer
   that breaks off ends as a broken connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

CHECK_SECONDS = 0.2
BODY_BYTES_MAX = 20 << 20
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "upgrade", "te"})
_LOST = {"message": "The replica that served this stream is gone.", "type": "server_error", "code": "replica_lost"}
ERRORS = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(slots=True)
class _Backend:
    address: str
    is_up: bool = True
    open: int = 0


class Proxy:
    """One; `serve_proxy` opens it."""

    def __init__(self, addresses: Sequence[str], http: aiohttp.ClientSession) -> None:
        self._backends = [_Backend(address) for address in addresses]
        self._http = http
        self._turn = 0

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """The handler."""
        body = await request.read()
        refused: web.Response | None = None
        for backend in self._order():
            backend.open += 1
            try:
                answer = await self._ask(backend, request, body)
                if isinstance(answer, aiohttp.ClientResponse):
                    async with answer:
                        return await self._stream(request, backend, answer)
                if answer.status != web.HTTPServiceUnavailable.status_code:
                    return answer
                refused = answer
            except ERRORS:
                backend.is_up = False
            finally:
                backend.open -= 1
        return refused or web.json_response({"error": {**_LOST, "message": "No replica answers."}}, status=502)

    def _order(self) -> list[_Backend]:
        """Who is asked: the idlest first; those that are not ready when nobody is."""
        self._turn += 1
        turned = [*self._backends[self._turn % 2 :], *self._backends[: self._turn % 2]]
        ready = [one for one in turned if one.is_up]
        return sorted(ready or turned, key=lambda one: one.open)

    async def _ask(self, backend: _Backend, request: web.Request, body: bytes) -> web.Response | aiohttp.ClientResponse:
        """A stream whose headers have come, or any other answer as a whole."""
        headers = _passed(request.headers) | {"X-Forwarded-For": request.remote or ""}
        url = f"http://{backend.address}{request.path_qs}"
        # A failure of the client's own side is none of the replica's: it is read before.
        answer = await self._http.request(request.method, url, headers=headers, data=body, allow_redirects=False)
        if answer.content_type == "text/event-stream":
            return answer
        async with answer:
            told = _passed(answer.headers) | {"X-Replica": backend.address}
            return web.Response(status=answer.status, headers=told, body=await answer.read())

    async def _stream(
        self, request: web.Request, backend: _Backend, answer: aiohttp.ClientResponse
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=_passed(answer.headers))
        response.headers["X-Replica"] = backend.address
        await response.prepare(request)
        rest = b""
        while True:
            try:
                data = await answer.content.readany()
            except ERRORS:
                backend.is_up = False
                await response.write(_word(request.path))
                return response
            if not data:
                await response.write(rest)
                return response
            events, found, after = (rest + data).rpartition(b"\n\n")
            rest = after
            if found:
                await response.write(events + found)

    async def watch(self) -> None:
        """For ever: which replicas are ready."""
        while True:
            await asyncio.gather(*map(self._check, self._backends))
            await asyncio.sleep(CHECK_SECONDS)

    async def _check(self, backend: _Backend) -> None:
        try:
            url, limit = f"http://{backend.address}/readyz", aiohttp.ClientTimeout(total=2)
            async with self._http.get(url, timeout=limit) as answer:
                backend.is_up = answer.status == web.HTTPOk.status_code
        except ERRORS:
            backend.is_up = False


def _passed(headers: aiohttp.typedefs.LooseHeaders) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if str(name).lower() not in _HOP_BY_HOP}


def _word(path: str) -> bytes:
    """The last event of a stream whose replica died, in the manner of its endpoint."""
    if path.endswith("/messages"):
        told = {"type": "error", "error": {**_LOST, "type": "api_error"}}
        return b"event: error\ndata: %b\n\n" % json.dumps(told).encode()
    return b"data: %b\n\n" % json.dumps({"error": _LOST}).encode()


@asynccontextmanager
async def serve_proxy(addresses: Sequence[str]) -> AsyncIterator[str]:
    """A proxy in front of these addresses (`host:port`); its own URL."""
    # A connection of its own for each request: one that is kept may be closing when it is used.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    limits = aiohttp.ClientTimeout(total=None, sock_connect=2)
    async with aiohttp.ClientSession(connector=connector, timeout=limits, auto_decompress=False) as http:
        proxy = Proxy(addresses, http)
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app.router.add_route("*", "/{path:.*}", proxy.pass_on)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        watching = asyncio.create_task(proxy.watch())
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await runner.cleanup()
