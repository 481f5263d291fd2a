"""Law 7: raise in every room with a marked value in hand, then look for it in logs, bodies and metrics."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import aiohttp
import pytest

from gateway.observe import log
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, stream

MARK = "marked.value@example.com"
ROOMS = [
    "gateway.server.proxy.read_request",
    "gateway.server.proxy.parse",
    "gateway.server.answering.inspect_slots",
    "gateway.server.proxy.apply",
    "gateway.server.proxy.call",
    "gateway.server.answering.read_body",
    "gateway.server.driver.Driver._carry_out",
    "gateway.stream.session.Session.receive",
    "gateway.stream.reading.parse",
    "gateway.stream.outgoing.edit",
    "gateway.stream.template.Template.text_of",
    "gateway.stream.holdback.HoldBack.push",
    "gateway.stream.holdback.HoldBack.finish",
    "gateway.inspection.inspector.Inspector.scan",
    "gateway.inspection.inspector.Inspector.replacement",
    "gateway.wire.sse.SseDecoder.feed",
    "gateway.wire.openai_chat.OpenAIChat.request_slots",
    "gateway.wire.openai_chat.OpenAIChat.chunk",
    "gateway.server.upstream.request_headers",
    "gateway.providers.routing.Routing.candidates",
    "gateway.stream.outgoing.Outgoing.written",
    "gateway.stream.channels.Channels.push",
    "gateway.observe.metrics.Metrics.count",
    "policies.policy.Policy.decision",
    "gateway.vault.tokenizer.Tokenizer.token",
    "gateway.vault.matcher.TokenIndex.scan",
    "gateway.inspection.tokenizing.Tokenizing.replacement",
    "gateway.inspection.restoring.Restoring.scan",
    "recognizers.pipeline.Pipeline.scan",
    "recognizers.patterns.has_context",
]


@pytest.fixture
def everything() -> io.StringIO:
    """All that is logged, by us and by libraries, at debug level."""
    out = io.StringIO()
    log.configure("debug", human=False, stream=out)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    return out


async def ask(url: str, *, is_stream: bool) -> str:
    body = {"model": "m", "stream": is_stream, "messages": [{"role": "user", "content": f"I am {MARK}, call me"}]}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
        try:
            async with http.post(f"{url}/v1/chat/completions", json=body, timeout=aiohttp.ClientTimeout(5)) as response:
                head = str(response.headers)
                return head + await response.text()
        except (aiohttp.ClientError, TimeoutError):
            return ""


@pytest.mark.parametrize("room", ROOMS)
async def test_a_room_that_raises_tells_nothing(
    room: str, provider: Provider, everything: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = 0

    def explode(*args: Any, **kwargs: Any) -> Any:
        nonlocal raised
        raised += 1
        raise RuntimeError(f"{MARK} {args} {kwargs}")

    text = f"The address is {MARK}, as you know."
    async with serve_gateway(provider.base_url) as (url, services):
        monkeypatch.setattr(room, explode)
        note = b'data: {"id":"c","note":"my mobile: 4155550132","choices":[]}\n\n'
        provider.pieces = [note, *stream(text[at : at + 4] for at in range(0, len(text), 4))]
        streamed = await ask(url, is_stream=True)
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        provider.body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        whole = await ask(url, is_stream=False)
        metrics = services.metrics.render().decode()
        await asyncio.sleep(0)
    assert raised > 0, "the room was not reached"
    for name, seen in (("stream", streamed), ("whole", whole), ("metrics", metrics), ("log", everything.getvalue())):
        assert MARK not in seen, name
        assert "marked.value" not in seen, name


async def test_errors_of_libraries_tell_nothing(provider: Provider, everything: io.StringIO) -> None:
    """Bodies that make parsers raise with the text in hand."""
    async with serve_gateway(provider.base_url) as (url, _):
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for body in (f'{{"a": "{MARK}', f'{{"{MARK}": 1, "{MARK}": 2}}', f'["{MARK}", NaN]', f'"{MARK}" \ud800x'):
                sent = body.encode(errors="surrogatepass")
                async with http.post(f"{url}/v1/chat/completions", data=sent) as response:
                    answer = await response.text()
                assert response.status == 400
                assert json.loads(answer)["error"]["code"] in ("malformed_request", "duplicate_json_key")
                assert MARK not in answer
    assert MARK not in everything.getvalue()
