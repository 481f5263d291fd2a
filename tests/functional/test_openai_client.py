"""A stock `openai` client with only `base_url` and `api_key` changed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
import pytest

from tests.fakes.gateway import KEY
from tests.fakes.provider import DONE, Provider, chunk, stream

VALUES = (
    "jane.doe@example.com",
    "536-22-8726",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "+1 415-555-0132",
)
TEXT = "Write to jane.doe@example.com, SSN 536-22-8726, card 4111 1111 1111 1111, account DE89 3704 0044 0532 0130 00."
SHOWN = "Write to [EMAIL_ADDRESS], SSN [US_SSN], card [CREDIT_CARD], account [IBAN_CODE]."


@pytest.fixture
async def client(gateway_url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{gateway_url}/v1", api_key=KEY, max_retries=0) as made:
        yield made


async def ask(client: openai.AsyncOpenAI, content: str, **more: object) -> list[str]:
    """The streamed text of each choice."""
    texts: dict[int, str] = {}
    answer = await client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": content}],
        stream=True,
        **more,  # type: ignore[call-overload]
    )
    async for event in answer:
        for choice in event.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
    return [texts[index] for index in sorted(texts)]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_streamed(client: openai.AsyncOpenAI, provider: Provider, size: int) -> None:
    provider.pieces = stream(TEXT[at : at + size] for at in range(0, len(TEXT), size))
    assert await ask(client, "Hi") == [SHOWN]


async def test_two_choices_interleaved(client: openai.AsyncOpenAI, provider: Provider) -> None:
    provider.pieces = stream(list(TEXT), choices=2)
    assert await ask(client, "Hi", n=2) == [SHOWN, SHOWN]


async def test_not_streamed_with_two_choices(client: openai.AsyncOpenAI, provider: Provider) -> None:
    message = {"role": "assistant", "content": TEXT}
    choices = [{"index": index, "message": message, "finish_reason": "stop"} for index in range(2)]
    provider.body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
    answer = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}], n=2)
    assert [choice.message.content for choice in answer.choices] == [SHOWN, SHOWN]


@pytest.mark.parametrize("value", VALUES)
async def test_the_provider_never_sees_the_users_values(
    client: openai.AsyncOpenAI, provider: Provider, value: str
) -> None:
    provider.pieces = stream(["ok"])
    await ask(client, f"Please call or write to {value} today")
    assert value.encode() not in provider.requests[0]
    assert b"Please call or write to " in provider.requests[0]
    assert b" today" in provider.requests[0]


async def test_usage_rides_through(client: openai.AsyncOpenAI, provider: Provider) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    provider.pieces = [*stream(["ok"])[:-1], chunk(None, usage=usage), DONE]
    answer = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hi"}], stream=True, stream_options={"include_usage": True}
    )
    seen = [event.usage.total_tokens async for event in answer if event.usage]
    assert seen == [3]


async def test_models_pass(client: openai.AsyncOpenAI, provider: Provider) -> None:
    model = {"id": "gpt-4o-mini", "object": "model", "created": 1, "owned_by": "x"}
    provider.body = {"object": "list", "data": [model]}
    assert [model.id async for model in await client.models.list()] == ["gpt-4o-mini"]


async def test_a_wrong_key_is_refused_before_the_provider(gateway_url: str, provider: Provider) -> None:
    async with openai.AsyncOpenAI(base_url=f"{gateway_url}/v1", api_key="wrong", max_retries=3) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await stranger.models.list()
    assert caught.value.code == "invalid_api_key"
    assert provider.requests == []


async def test_an_error_in_mid_stream_reaches_the_client_as_one(client: openai.AsyncOpenAI, provider: Provider) -> None:
    provider.pieces = [chunk({"content": "Hello, "}), b"data: {not json}\n\n"]
    with pytest.raises(openai.APIError) as caught:
        await ask(client, "Hi")
    assert caught.value.code == "upstream_protocol_error"
