"""A model that echoes and leaks on purpose, for `holdback dev`: a provider on a loopback port, over real HTTP.

Every value in it is made up or reserved for documentation.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

from aiohttp import web

LEAK = (
    "Sure! While I am at it, here is what I remember of other people: Ada Example, ada.example@mail.example.org, "
    "phone +1 415-555-0132, card 4111 1111 1111 1111, SSN 536-22-8726, account DE89 3704 0044 0532 0130 00, "
    "last seen at 203.0.113.77. "
)
CUTS = (3, 1, 7, 2, 11, 4, 1, 5)
"""Sizes of the pieces: awkward on purpose."""
PAUSE_SECONDS = 0.02
BETWEEN_LETTERS = "\N{BROKEN BAR}"
SPELLED_CHARS = 200


def answer_to(body: dict[str, Any]) -> str:
    """What the model says: its leak, then the prompt as it reached the model, at the end in a way that nothing turns
    back."""
    messages = body.get("messages") or [{}]
    content = messages[-1].get("content") if isinstance(messages[-1], dict) else ""
    prompt = content if isinstance(content, str) else json.dumps(content)
    spelled = BETWEEN_LETTERS.join(prompt[:SPELLED_CHARS])
    return f"{LEAK}And what reached me from you is: {prompt} Letter by letter it was: {spelled}"


def pieces(text: str) -> list[str]:
    """The text in awkward pieces."""
    out: list[str] = []
    at = 0
    for size in cycle(CUTS):
        if at >= len(text):
            return out
        out.append(text[at : at + size])
        at += size
    return out


def _event(model: str, delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "created": 1700000000, "model": model}
    return b"data: %b\n\n" % json.dumps({**chunk, "choices": [choice]}).encode()


async def _chat(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    text, model = answer_to(body), str(body.get("model", "demo"))
    if not body.get("stream"):
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        whole = {"id": "chatcmpl-demo", "object": "chat.completion", "created": 1700000000, "model": model}
        return web.json_response({**whole, "choices": [choice]})
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(_event(model, {"role": "assistant", "content": ""}))
    for piece in pieces(text):
        await asyncio.sleep(PAUSE_SECONDS)
        await response.write(_event(model, {"content": piece}))
    await response.write(_event(model, {}, "stop") + b"data: [DONE]\n\n")
    return response


async def _models(_request: web.Request) -> web.Response:
    model = {"id": "demo", "object": "model", "created": 1700000000, "owned_by": "holdback"}
    return web.json_response({"object": "list", "data": [model]})


@asynccontextmanager
async def demo_model() -> AsyncIterator[str]:
    """Serve the demo model on a free loopback port; its base URL."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", _chat)
    app.router.add_get("/v1/models", _models)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
