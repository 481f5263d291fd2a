"""Stock clients on every endpoint over real sockets, with only their base URL and key changed."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import openai
import pytest

from tests.dialects import ANTHROPIC, COMPLETIONS, RESPONSES
from tests.dialects.parts import PARTED
from tests.fakes.gateway import KEY
from tests.fakes.provider import Provider

BLOCKS = PARTED[0]
VALUE = "jane.doe@example.com"
OTHER = "ada.example@mail.example.org"
TEXT = f"Write to {OTHER} or to 536-22-8726, then stop."
SHOWN = "Write to [EMAIL_ADDRESS] or to [US_SSN], then stop."
TOKEN = re.compile(r"kc-[a-z0-9]+@example\.com")
PIECES = [TEXT[at : at + 3] for at in range(0, len(TEXT), 3)]


@pytest.fixture
async def client(gateway_url: str) -> AsyncIterator[Any]:
    async with openai.AsyncOpenAI(base_url=f"{gateway_url}/v1", api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture
async def claude(gateway_url: str) -> AsyncIterator[Any]:
    async with anthropic.AsyncAnthropic(base_url=gateway_url, api_key=KEY, max_retries=0) as made:
        yield made


def token_in(provider: Provider) -> str:
    """The token that went up in the place of the user's address."""
    body = provider.requests[-1].decode()
    assert VALUE not in body
    found = set(TOKEN.findall(body))
    assert len(found) == 1, body
    return str(found.pop())


async def test_responses_streamed(client: Any, provider: Provider) -> None:
    provider.pieces = RESPONSES.stream("output_text", PIECES)
    async with client.responses.stream(model="m", input=f"I am {VALUE}") as stream:
        said = [event.delta async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert "".join(said) == SHOWN
    assert final.output_text == SHOWN
    token_in(provider)


async def test_responses_with_a_tool_there_and_back(client: Any, provider: Provider) -> None:
    """The tool gets the user's own value, the provider its token."""
    provider.pieces = RESPONSES.stream("output_text", ["ok"])
    async with client.responses.stream(model="m", input=f"Mail {VALUE}") as stream:
        await stream.until_done()
    token = token_in(provider)
    provider.pieces = RESPONSES.stream("function_call_arguments", list(json.dumps({"to": token, "cc": OTHER})))
    async with client.responses.stream(model="m", input=f"Mail {VALUE}") as stream:
        call = (await stream.get_final_response()).output[0]
    assert json.loads(call.arguments) == {"to": VALUE, "cc": "[EMAIL_ADDRESS]"}
    provider.body = {**ANSWER, "output": []}
    await client.responses.create(
        model="m",
        input=[
            {"role": "user", "content": f"Mail {VALUE}"},
            {"type": "function_call", "call_id": call.call_id, "name": "f", "arguments": call.arguments},
            {"type": "function_call_output", "call_id": call.call_id, "output": f"sent to {VALUE}"},
        ],
    )
    items = json.loads(provider.requests[-1])["input"]
    assert json.loads(items[1]["arguments"])["to"] == token
    assert items[2]["output"] == f"sent to {token}"


ANSWER: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "completed",
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}


async def test_responses_whole_with_reasoning_and_structured_output(client: Any, provider: Provider) -> None:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    said = json.dumps({"mail": OTHER})
    content = [{"type": "output_text", "text": said, "annotations": [], "logprobs": [{"token": OTHER}]}]
    reasoning = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": f"of {OTHER}"}]}
    provider.body = {**ANSWER, "output": [reasoning, {**message, "content": content}]}
    schema = {"type": "object", "properties": {"mail": {"type": "string"}}, "required": ["mail"]}
    form = {"format": {"type": "json_schema", "name": "a", "schema": schema, "strict": True}}
    answer = await client.responses.create(
        model="m", input="Hi", text=form, store=False, include=["reasoning.encrypted_content"]
    )
    assert json.loads(answer.output_text) == {"mail": "[EMAIL_ADDRESS]"}
    assert answer.output[0].summary[0].text == "of [EMAIL_ADDRESS]"
    assert answer.output[1].content[0].logprobs == []
    assert json.loads(provider.requests[-1])["text"] == form


async def test_responses_in_the_background_are_refused(client: Any, provider: Provider) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.responses.create(model="m", input="Hi", background=True)
    assert (caught.value.code, caught.value.param) == ("unsupported_field", "background")
    assert provider.requests == []


async def test_completions(client: Any, provider: Provider) -> None:
    provider.pieces = COMPLETIONS.stream("text", PIECES)
    said = ""
    async for event in await client.completions.create(model="m", prompt=f"I am {VALUE}", stream=True):
        said += event.choices[0].text
    assert said == SHOWN
    token_in(provider)
    with pytest.raises(openai.BadRequestError) as caught:
        await client.completions.create(model="m", prompt=[1, 2, 3])
    assert caught.value.param == "prompt"


@pytest.mark.parametrize("form", ["float", "base64"])
async def test_embeddings(client: Any, provider: Provider, form: str) -> None:
    vector: Any = [0.25, -0.5] if form == "float" else "AACAPgAAAL8="
    data = [{"object": "embedding", "index": 0, "embedding": vector}]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    provider.body = {"object": "list", "data": data, "model": "m", "usage": usage}
    more = {"encoding_format": "float"} if form == "float" else {}
    answer = await client.embeddings.create(model="m", input=[f"I am {VALUE}", "b"], **more)
    assert list(answer.data[0].embedding) == [0.25, -0.5]
    token_in(provider)
    with pytest.raises(openai.BadRequestError):
        await client.embeddings.create(model="m", input=[[1, 2]])


async def test_moderations(client: Any, provider: Provider) -> None:
    categories = {"violence": False}
    result = {"flagged": False, "categories": categories, "category_scores": {"violence": 0.1}}
    provider.body = {"id": "modr-1", "model": "m", "results": [result]}
    answer = await client.moderations.create(model="m", input=f"I am {VALUE}")
    assert answer.results[0].flagged is False
    token_in(provider)


async def test_anthropic_streamed_with_a_tool_there_and_back(claude: Any, provider: Provider) -> None:
    provider.pieces = ANTHROPIC.stream("text", PIECES)
    ask: dict[str, Any] = {"model": "c", "max_tokens": 9, "messages": [{"role": "user", "content": f"Mail {VALUE}"}]}
    async with claude.messages.stream(**ask) as stream:
        assert "".join([text async for text in stream.text_stream]) == SHOWN
    token = token_in(provider)
    provider.pieces = ANTHROPIC.stream("partial_json", list(json.dumps({"to": token, "cc": OTHER})))
    async with claude.messages.stream(**ask) as stream:
        message = await stream.get_final_message()
    call = message.content[0]
    assert call.input == {"to": VALUE, "cc": "[EMAIL_ADDRESS]"}
    result = {"type": "tool_result", "tool_use_id": call.id, "content": f"sent to {VALUE}"}
    turns = [*ask["messages"], {"role": "assistant", "content": message.content}, {"role": "user", "content": [result]}]
    provider.body = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [], "usage": {}}
    await claude.messages.create(**{**ask, "messages": turns})
    sent = json.loads(provider.requests[-1])["messages"]
    assert sent[1]["content"][0]["input"]["to"] == token
    assert sent[2]["content"][0]["content"] == f"sent to {token}"


async def test_anthropic_thinking_whose_tokens_were_restored_keeps_its_signature(
    claude: Any, provider: Provider
) -> None:
    """It comes back as the very bytes that were signed."""
    ask: dict[str, Any] = {"model": "c", "max_tokens": 9, "messages": [{"role": "user", "content": f"Mail {VALUE}"}]}
    provider.pieces = ANTHROPIC.stream("text", ["ok"])
    async with claude.messages.stream(**ask) as stream:
        await stream.until_done()
    thought = f"She is {token_in(provider)}, so"
    provider.pieces = ANTHROPIC.stream("thinking", list(thought))
    async with claude.messages.stream(**ask) as stream:
        message = await stream.get_final_message()
    assert message.content[0].thinking == f"She is {VALUE}, so"
    signature = message.content[0].signature
    turns = [*ask["messages"], {"role": "assistant", "content": message.content}, {"role": "user", "content": "Go on"}]
    async with claude.messages.stream(**{**ask, "messages": turns}) as stream:
        await stream.until_done()
    block = json.loads(provider.requests[-1])["messages"][1]["content"][0]
    assert (block["thinking"], block["signature"]) == (thought, signature)


async def test_a_token_and_a_value_cut_over_two_blocks_of_a_stream(claude: Any, provider: Provider) -> None:
    ask: dict[str, Any] = {"model": "c", "max_tokens": 9, "messages": [{"role": "user", "content": f"Mail {VALUE}"}]}
    provider.pieces = ANTHROPIC.stream("text", ["ok"])
    async with claude.messages.stream(**ask) as stream:
        await stream.until_done()
    said = f"To {token_in(provider)} and {OTHER}, now"
    for at in range(3, len(said), 5):
        provider.pieces = BLOCKS.stream([[*said[:at]], [*said[at:]]])
        async with claude.messages.stream(**ask) as stream:
            message = await stream.get_final_message()
        assert "".join(block.text for block in message.content) == f"To {VALUE} and [EMAIL_ADDRESS], now"
        assert len(message.content) == 2


async def test_anthropic_counts_tokens(claude: Any, provider: Provider) -> None:
    provider.body = {"input_tokens": 7}
    answer = await claude.messages.count_tokens(model="c", messages=[{"role": "user", "content": VALUE}])
    assert answer.input_tokens == 7
    token_in(provider)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
async def test_curl(gateway_url: str, provider: Provider) -> None:
    provider.pieces = ANTHROPIC.stream("text", PIECES)
    body = json.dumps({"model": "c", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": VALUE}]})
    headers = ["-H", f"x-api-key: {KEY}", "-H", "anthropic-version: 2023-06-01", "-H", "content-type: application/json"]
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sN", f"{gateway_url}/v1/messages", *headers, "-d", body), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    datas = [json.loads(line[6:]) for line in out.decode().splitlines() if line.startswith("data: ")]
    assert ANTHROPIC.told(datas, "text") == [SHOWN]
    assert out.rstrip().endswith(b'{"type":"message_stop"}')
