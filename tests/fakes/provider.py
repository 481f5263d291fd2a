"""A model provider on a loopback port that says what a test tells it, byte for byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


def chunk(delta: dict[str, Any] | None, *, index: int = 0, finish: str | None = None, **more: Any) -> bytes:
    """One event of a chat stream."""
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}
    return b"data: %b\n\n" % json.dumps({**head, "choices": [choice], **more}).encode()


DONE = b"data: [DONE]\n\n"


def stream(deltas: Iterable[str], *, choices: int = 1, finish: str = "stop") -> list[bytes]:
    """A whole stream that says the deltas in every choice, interleaved."""
    events = [chunk({"role": "assistant", "content": ""}, index=i) for i in range(choices)]
    events += [chunk({"content": delta}, index=i) for delta in deltas for i in range(choices)]
    events += [chunk(None, index=i, finish=finish) for i in range(choices)]
    return [*events, DONE]


@dataclass(slots=True)
class Provider:
    """What it says, and what reached it."""

    pieces: list[bytes] = field(default_factory=list)
    body: dict[str, Any] | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.0
    delay_seconds: float = 0.0
    before: Callable[[int, web.StreamResponse, web.Request], Any] | None = None
    requests: list[bytes] = field(default_factory=list)
    seen_headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    closed: int = 0
    base_url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The handler."""
        self.requests.append(await request.read())
        self.seen_headers.append(dict(request.headers))
        self.paths.append(request.path_qs)
        await asyncio.sleep(self.delay_seconds)
        if self.body is not None:
            return web.json_response(self.body, status=self.status, headers=self.headers)
        response = web.StreamResponse(status=self.status, headers={"Content-Type": "text/event-stream", **self.headers})
        await response.prepare(request)
        try:
            for number, piece in enumerate(self.pieces):
                if self.before is not None:
                    result = self.before(number, response, request)
                    if asyncio.iscoroutine(result):
                        await result
                await response.write(piece)
                await asyncio.sleep(self.pause_seconds)
        except (ConnectionError, asyncio.CancelledError):
            self.closed += 1
            raise
        return response


@asynccontextmanager
async def serve_provider() -> AsyncIterator[Provider]:
    """A provider that listens; its base URL is in `base_url`."""
    provider = Provider()
    app = web.Application(client_max_size=1 << 28)
    app.router.add_route("*", "/v1/{path:.*}", provider.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield provider
    finally:
        await runner.cleanup()
