"""The provider that we play: answers as each case says, and keeps what reached it."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from gateway.verify.answers import Answer
from gateway.verify.errors import CannotRun

REQUEST_BYTES_MAX = 1 << 20


class Provider:
    """Answers by the name of the model, which is the case's."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._forwarded: dict[str, bytes] = {}

    def expect(self, model: str, answer: Answer) -> None:
        """Have this answer ready for that model."""
        self._answers[model] = answer

    def forwarded(self, model: str) -> bytes | None:
        """The request that came for a model, if one did; both are forgotten."""
        self._answers.pop(model, None)
        return self._forwarded.pop(model, None)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        body = await request.read()
        try:
            model = str(json.loads(body)["model"])
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400, text="no model")
        answer = self._answers.get(model)
        if answer is None:
            return web.Response(status=404, text="no such case")
        self._forwarded[model] = body
        return await _say(answer, request)


async def _say(answer: Answer, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(
        status=answer.status, headers=[("Content-Type", answer.content_type), *answer.headers]
    )
    await response.prepare(request)
    for number, piece in enumerate(answer.pieces):
        if number:
            await asyncio.sleep(answer.pause_seconds)
        try:
            await response.write(piece)
        except ConnectionError:
            return response
    if answer.aborts and request.transport is not None:
        await asyncio.sleep(answer.pause_seconds)
        request.transport.abort()
    return response


@asynccontextmanager
async def listening(provider: Provider, host: str, port: int) -> AsyncIterator[int]:
    """Serve on an address; the port.

    Raises:
        CannotRun: the address cannot be had.
    """
    app = web.Application(client_max_size=REQUEST_BYTES_MAX)
    app.router.add_post("/{path:.*}", provider.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        return
    except OSError as error:
        number = error.errno
    if number == errno.EADDRINUSE:
        raise CannotRun(f"{host}:{port} is taken by another process: stop it, or choose another --listen.")
    raise CannotRun(f"cannot listen on {host}:{port}: {errno.errorcode.get(number or 0, 'no such address')}.")
