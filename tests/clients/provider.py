"""A provider that speaks as OpenAI and as Anthropic do, and says what reached it: it repeats the user's address as it
came, tells one of somebody else, and calls a tool with both when it was given one."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.dialects import ANTHROPIC, CHAT, RESPONSES

VALUE = "jane.doe@example.com"
OTHER = "ada@mail.example.org"
TOKEN = re.compile(r"kc-[a-z0-9]+@example\.com")
FIELDS = {
    "/v1/chat/completions": (CHAT, "content", "arguments"),
    "/v1/messages": (ANTHROPIC, "text", "partial_json"),
    "/v1/responses": (RESPONSES, "output_text", "function_call_arguments"),
}
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


class Echo:
    """What reached it is in `bodies`."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.base_url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The handler."""
        text = (await request.read()).decode()
        self.bodies.append(text)
        body = json.loads(text)
        token = (TOKEN.findall(text) or ["nobody"])[0]
        if request.path == "/v1/embeddings":
            vector: Any = "AACAPgAAAL8=" if body.get("encoding_format") == "base64" else [0.25, -0.5]
            data = [{"object": "embedding", "index": 0, "embedding": vector}]
            return web.json_response({"object": "list", "model": "m", "data": data, "usage": USAGE})
        dialect, field, call = FIELDS[request.path]
        is_call = bool(body.get("tools")) and not re.search(r'"(tool|tool_result|function_call_output)"', text)
        said = json.dumps({"to": token, "cc": OTHER}) if is_call else f"I know {token} and {OTHER}."
        if not body.get("stream"):
            return web.json_response(whole(request.path, said, is_call=is_call))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in dialect.stream(call if is_call else field, [said[at : at + 3] for at in range(0, len(said), 3)]):
            await response.write(event)
        return response


def whole(path: str, said: str, *, is_call: bool) -> dict[str, Any]:
    """An answer that is not streamed."""
    if path == "/v1/chat/completions":
        function = {"id": "call_1", "type": "function", "function": {"name": "send_mail", "arguments": said}}
        message: dict[str, Any] = {"role": "assistant", "content": None if is_call else said}
        message |= {"tool_calls": [function]} if is_call else {}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if is_call else "stop"}
        return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}
    block = {"type": "tool_use", "id": "toolu_1", "name": "send_mail", "input": json.loads(said) if is_call else {}}
    content = [block if is_call else {"type": "text", "text": said}]
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}
    usage = {"input_tokens": 1, "output_tokens": 1}
    return {**head, "content": content, "stop_reason": "tool_use" if is_call else "end_turn", "usage": usage}


@asynccontextmanager
async def serve_echo() -> AsyncIterator[Echo]:
    """It listens; its base URL is in `base_url`."""
    echo = Echo()
    app = web.Application()
    app.router.add_post("/{path:.*}", echo.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    echo.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield echo
    finally:
        await runner.cleanup()
