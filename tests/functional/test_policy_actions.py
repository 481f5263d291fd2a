"""What a policy's actions do on the wire, over real sockets."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.observe import log
from tests.dialects.anthropic import ANTHROPIC, SIGNATURE
from tests.fakes.gateway import serve_gateway
from tests.fakes.provider import Provider, chunk, stream

SSN, MAIL = "536-22-8726", "jane.doe@example.com"
SAID = ["Write to ", MAIL, ", SSN ", SSN, ", then."]


def ask(content: str = "Hi", *, streamed: bool = True) -> dict[str, Any]:
    return {"model": "m", "stream": streamed, "messages": [{"role": "user", "content": content}]}


def policy(folder: Path, text: str) -> str:
    (folder / "mine.yaml").write_text(f"extends: default\n{text}", encoding="utf-8")
    return str(folder / "mine.yaml")


def told(body: str) -> str:
    events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: {")]
    return "".join(c["delta"].get("content") or "" for event in events for c in event.get("choices", ()))


async def test_block_in_a_request(tmp_path: Path, provider: Provider, http: aiohttp.ClientSession) -> None:
    source = policy(tmp_path, "entities: {US_SSN: {request: block}}\n")
    async with (
        serve_gateway(provider.base_url, policy=source) as (url, services),
        http.post(f"{url}/v1/chat/completions", json=ask(f"My SSN is {SSN}")) as response,
    ):
        assert response.status == 400
        error = (await response.json())["error"]
        assert (error["code"], error["param"]) == ("policy_block", "messages[0].content")
        assert response.headers["x-should-retry"] == "false"
        assert b'failures_total{code="policy_block"} 1.0' in services.metrics.render()
    assert provider.requests == []


@pytest.mark.parametrize("streamed", [True, False])
async def test_block_in_an_answer(
    tmp_path: Path, provider: Provider, http: aiohttp.ClientSession, *, streamed: bool
) -> None:
    source = policy(tmp_path, "entities: {US_SSN: {response: block}}\n")
    provider.pieces = stream(SAID)
    if not streamed:
        message = {"role": "assistant", "content": "".join(SAID)}
        provider.body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    async with (
        serve_gateway(provider.base_url, policy=source) as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ask(streamed=streamed)) as response,
    ):
        body = await response.text()
        assert response.status == (200 if streamed else 400)
    assert '"policy_block"' in body
    assert SSN[:3] not in body
    if streamed:
        assert told(body) == "Write to [EMAIL_ADDRESS], SSN "
        assert "[DONE]" not in body


async def test_monitor_reports_and_lets_pass(tmp_path: Path, provider: Provider, http: aiohttp.ClientSession) -> None:
    source = policy(tmp_path, "entities: {US_SSN: {mode: monitor}}\n")
    provider.pieces = stream(SAID)
    lines = io.StringIO()
    log.configure("info", human=False, stream=lines)
    async with (
        serve_gateway(provider.base_url, policy=source) as (url, services),
        http.post(f"{url}/v1/chat/completions", json=ask(f"{MAIL} {SSN}")) as response,
    ):
        assert response.headers["X-Holdback-Monitor"] == "request, response"
        assert told(await response.text()) == f"Write to [EMAIL_ADDRESS], SSN {SSN}, then."
        metrics = services.metrics.render().decode()
    sent = json.loads(provider.requests[0])["messages"][0]["content"]
    assert MAIL not in sent
    assert sent.endswith(f" {SSN}")
    for way, action in (("request", "tokenize"), ("response", "redact")):
        assert f'monitored_findings_total{{action="{action}",direction="{way}",entity="US_SSN"}} 1.0' in metrics
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    ways = [line["direction"] for line in logged if line["event"] == "monitored" and line["entities"] == ["US_SSN"]]
    assert ways == ["request", "response"]
    assert SSN not in lines.getvalue()


async def test_nothing_is_said_of_monitoring_where_there_is_none(
    gateway_url: str, provider: Provider, http: aiohttp.ClientSession
) -> None:
    provider.pieces = stream(["ok"])
    async with http.post(f"{gateway_url}/v1/chat/completions", json=ask()) as response:
        assert "X-Holdback-Monitor" not in response.headers


async def test_masks_and_hashes(tmp_path: Path, provider: Provider, http: aiohttp.ClientSession) -> None:
    source = policy(tmp_path, "entities: {US_SSN: mask, EMAIL_ADDRESS: {response: hash}}\n")
    provider.pieces = stream(SAID)
    async with (
        serve_gateway(provider.base_url, policy=source) as (url, _),
        http.post(f"{url}/v1/chat/completions", json=ask()) as response,
    ):
        before, _, after = told(await response.text()).partition(", SSN ")
    assert before.startswith("Write to [EMAIL_ADDRESS:")
    assert after == "***-**-8726, then."


async def test_attachments_are_stripped_both_ways(
    tmp_path: Path, provider: Provider, http: aiohttp.ClientSession
) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    asked = ask("Hi")
    asked["messages"][0]["content"] = [{"type": "text", "text": f"Mail {MAIL}"}, picture]
    provider.pieces = [chunk({"content": "Here: ", "images": [picture]}), *stream(["so."])]
    async with (
        serve_gateway(provider.base_url, policy=policy(tmp_path, "attachments: strip\n")) as (url, services),
        http.post(f"{url}/v1/chat/completions", json=asked) as response,
    ):
        body = await response.text()
        assert told(body) == "Here: so."
        assert "iVBO" not in body
        assert b'entity="ATTACHMENT"' in services.metrics.render()
    [part] = json.loads(provider.requests[0])["messages"][0]["content"]
    assert part["text"].startswith("Mail kc-")


@pytest.mark.parametrize("streamed", [True, False])
async def test_signed_thinking_passes_as_it_is_or_not_at_all(
    tmp_path: Path, provider: Provider, http: aiohttp.ClientSession, *, streamed: bool
) -> None:
    """Down with its own token and what the model wrote itself; up only where no value stands in it."""
    body = {"model": "c", "max_tokens": 9, "stream": streamed}
    asked = [{"role": "user", "content": f"Mail {MAIL}"}]
    async with serve_gateway(provider.base_url, policy=policy(tmp_path, "signed_thinking: pass\n")) as (url, services):

        async def say(thought: str, *turns: dict[str, Any]) -> tuple[str, Any]:
            block = {"type": "thinking", "thinking": thought, "signature": SIGNATURE}
            provider.pieces = ANTHROPIC.stream("thinking", list(thought))
            whole = {"id": "m", "type": "message", "role": "assistant", "content": [block]}
            provider.body = None if streamed else whole
            async with http.post(f"{url}/v1/messages", json={**body, "messages": [*asked, *turns]}) as response:
                assert response.headers["X-Holdback-Monitor"] == "response"
                return await response.text(), json.loads(provider.requests[-1])["messages"]

        token = (await say("Hm"))[1][0]["content"].removeprefix("Mail ")
        thought = f"She is {token}, SSN {SSN}."
        shown, _ = await say(thought)
        datas = [json.loads(line[6:]) for line in shown.splitlines() if line.startswith("data: ")]
        told = ANTHROPIC.told(datas, "thinking")[0] if streamed else json.loads(shown)["content"][0]["thinking"]
        assert (told, SIGNATURE in shown) == (thought, True)
        metrics = services.metrics.render().decode()
        assert 'monitored_findings_total{action="redact",direction="response",entity="US_SSN"} 1.0' in metrics

        def block(text: str) -> dict[str, Any]:
            return {"type": "thinking", "thinking": text, "signature": SIGNATURE}

        clean, text = block(f"She is {token}."), {"type": "text", "text": "Well"}
        turn = {"role": "assistant", "content": [clean, block(thought), block(f"Is {MAIL}"), text]}
        _, sent = await say("Hm", turn, {"role": "user", "content": "Go on"})
        assert sent[1]["content"] == [clean, text]
