"""The provider of the scenarios: says what it was told, in pieces, until it may end; and keeps what reached it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from tests.fakes.provider import DONE, chunk
from tests.replicas.talk import HELD, STRANGER, block, emails

PIECES_A_SECOND, PAUSE_SECONDS = 200, 0.05
"""Of all streams together; and the shortest pause of one."""
PROMPT_TOKENS, BLOCK_TOKENS = 100, 10


class Provider:
    """One. `texts`: of every request that came. `may_end`: streams that are held go on until it is set."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.may_end = asyncio.Event()
        self.base_url = ""
        self._open = 0
        self._others: deque[str] = deque(["nobody@other.example.org"], maxlen=2)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The handler of chat completions."""
        body = await request.json()
        said = str(body["messages"][-1]["content"])
        self.texts.append(json.dumps(body, ensure_ascii=False))
        blocks, own = int(body["max_tokens"]), emails(said)[0]
        other = next(one for one in reversed(self._others) if one != own)
        if own not in self._others:
            self._others.append(own)
        if not body.get("stream"):
            return web.json_response(_whole(said, other, blocks))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self._open += 1
        try:
            await self._stream(response, said, other, blocks)
        finally:
            self._open -= 1
        return response

    async def _stream(self, response: web.StreamResponse, said: str, other: str, blocks: int) -> None:
        is_held, number, size = blocks >= HELD, 0, 7 + len(self.texts) % 23
        await response.write(chunk({"role": "assistant", "content": ""}))
        while number < blocks and not (is_held and number and self.may_end.is_set()):
            number += 1
            text = block(number, said, other, STRANGER)
            for at in range(0, len(text), size):
                await response.write(chunk({"content": text[at : at + size]}))
                if is_held and not self.may_end.is_set():
                    with suppress(TimeoutError):
                        pause = max(PAUSE_SECONDS, self._open / PIECES_A_SECOND)
                        await asyncio.wait_for(self.may_end.wait(), pause)
        await response.write(chunk(None, finish="stop"))
        counted = {**json.loads(chunk(None)[6:]), "choices": [], "usage": usage(number)}
        await response.write(b"data: %b\n\n" % json.dumps(counted).encode() + DONE)


def usage(blocks: int) -> dict[str, int]:
    """What the provider counts for an answer of so many blocks."""
    output = BLOCK_TOKENS * blocks
    return {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": output, "total_tokens": PROMPT_TOKENS + output}


def _whole(said: str, other: str, blocks: int) -> dict[str, Any]:
    text = "".join(block(number, said, other, STRANGER) for number in range(1, blocks + 1))
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "gpt-4o-mini"}
    return {**head, "choices": [choice], "usage": usage(blocks)}


@asynccontextmanager
async def serve_provider() -> AsyncIterator[Provider]:
    """A provider that listens."""
    provider = Provider()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", provider.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    provider.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield provider
    finally:
        provider.may_end.set()
        await runner.cleanup()
