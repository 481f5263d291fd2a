"""Own values through a real gateway: what the provider received, what the client gets, and what the metrics say."""

from __future__ import annotations

import json

import aiohttp

from tests.fakes.provider import DONE, Provider, chunk, stream

VALUES = ("jane.doe@mail.example.com", "4111 1111 1111 1111", "536-22-8726")
PROMPT = f"Write to {VALUES[0]}, card {VALUES[1]}, SSN {VALUES[2]}."
OTHER = "bob@other.example.org"


def body(text: str = PROMPT, *, streams: bool = False) -> dict[str, object]:
    return {"model": "m", "stream": streams, "messages": [{"role": "user", "content": text}]}


def received(provider: Provider) -> str:
    return str(json.loads(provider.requests[-1])["messages"][-1]["content"])


async def ask(http: aiohttp.ClientSession, url: str, sent: dict[str, object], **headers: str) -> str:
    async with http.post(f"{url}/v1/chat/completions", json=sent, headers=headers) as answer:
        return await answer.text()


async def test_the_providers_tokens_turn_back_in_stream_body_and_error(
    http: aiohttp.ClientSession, gateway_url: str, provider: Provider
) -> None:
    provider.pieces = stream(["ok"])
    await ask(http, gateway_url, body(streams=True))
    tokens = received(provider)
    assert not any(value in provider.requests[-1].decode() for value in VALUES)

    said = f"{tokens} And {OTHER}."
    for size in (1, 5, 1000):
        provider.pieces = stream(said[at : at + size] for at in range(0, len(said), size))
        text = await ask(http, gateway_url, body(streams=True))
        events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
        heard = "".join(event["choices"][0]["delta"].get("content", "") for event in events)
        assert heard == f"{PROMPT} And [EMAIL_ADDRESS]."
        assert received(provider) == tokens

    message = {"role": "assistant", "content": said}
    provider.body = {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    whole = json.loads(await ask(http, gateway_url, body()))
    assert whole["choices"][0]["message"]["content"] == f"{PROMPT} And [EMAIL_ADDRESS]."

    provider.body, provider.status = {"error": {"message": f"I will not: {said}"}}, 400
    refused = json.loads(await ask(http, gateway_url, body()))
    assert refused["error"]["message"] == f"I will not: {PROMPT} And [EMAIL_ADDRESS]."

    async with http.get(f"{gateway_url}/metrics") as answer:
        metrics = await answer.text()
    for action in ("tokenize", "restore"):
        assert f'action="{action}",direction="{"request" if action == "tokenize" else "response"}"' in metrics
    assert not any(value in metrics for value in (*VALUES, *tokens.split(" ")[2:3]))


async def test_a_conversation_is_what_the_client_calls_it(
    http: aiohttp.ClientSession, gateway_url: str, provider: Provider
) -> None:
    provider.pieces = stream(["ok"])
    seen = []
    for name, text in (("a", PROMPT), ("a", f"And again: {PROMPT}"), ("b", PROMPT)):
        await ask(http, gateway_url, body(text, streams=True), **{"X-Holdback-Conversation": name})
        seen.append(received(provider))
    assert seen[1] == f"And again: {seen[0]}"
    assert seen[2] != seen[0]
    assert not any("conversation" in name.lower() for headers in provider.seen_headers for name in headers)


async def test_tool_arguments_hold_the_real_values(
    http: aiohttp.ClientSession, gateway_url: str, provider: Provider
) -> None:
    provider.pieces = stream(["ok"])
    await ask(http, gateway_url, body(streams=True))
    document = json.dumps({"text": received(provider), "to": OTHER})
    first = {"index": 0, "id": "c", "type": "function", "function": {"name": "send", "arguments": ""}}
    pieces = [{"index": 0, "function": {"arguments": document[at : at + 3]}} for at in range(0, len(document), 3)]
    provider.pieces = [
        *(chunk({"tool_calls": [one]}) for one in (first, *pieces)),
        chunk(None, finish="tool_calls"),
        DONE,
    ]
    text = await ask(http, gateway_url, body(streams=True))
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    calls = [call for event in events for call in event["choices"][0]["delta"].get("tool_calls", ())]
    heard = json.loads("".join(call["function"]["arguments"] for call in calls))
    assert heard == {"text": PROMPT, "to": "[EMAIL_ADDRESS]"}
