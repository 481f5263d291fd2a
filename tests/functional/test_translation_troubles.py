"""Translated endpoints when something goes wrong: errors and streams in the words of the client."""

from __future__ import annotations

from typing import Any

import anthropic
import openai
import pytest

from tests.dialects import ANTHROPIC, CHAT
from tests.dialects.dialect import named
from tests.fakes.provider import Provider
from tests.fakes.strangers import anthropic_client, openai_client

VALUE = "jane.doe@example.com"
TEXT = f"Write to {VALUE} or to 536-22-8726, then stop."


async def test_errors_come_in_the_clients_words(provider: Provider) -> None:
    provider.status = 429
    provider.headers["Retry-After"] = "7"
    provider.body = {"error": {"message": f"slow down, {VALUE}", "type": "requests", "code": "rate_limit_exceeded"}}
    async with anthropic_client(provider) as client:
        with pytest.raises(anthropic.RateLimitError) as caught:
            await client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
    assert caught.value.body == {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "slow down, [EMAIL_ADDRESS]"},
    }
    assert caught.value.response.headers["Retry-After"] == "7"
    provider.status, provider.body = (
        529,
        {"type": "error", "error": {"type": "overloaded_error", "message": f"busy, {VALUE}"}},
    )
    async with openai_client(provider) as other:
        with pytest.raises(openai.InternalServerError) as caught_other:
            await other.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])
    assert caught_other.value.body == {
        "message": "busy, [EMAIL_ADDRESS]",
        "type": "api_error",
        "code": "overloaded_error",
        "param": None,
    }


async def test_what_cannot_be_carried_is_refused(provider: Provider) -> None:
    async with anthropic_client(provider) as client:
        with pytest.raises(anthropic.BadRequestError) as caught:
            await client.messages.create(
                model="m",
                max_tokens=9,
                messages=[{"role": "user", "content": "Hi"}],
                tools=[{"type": "web_search_20250305", "name": "web_search"}],
            )
        assert "unsupported_field" in str(caught.value.body)
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.count_tokens(model="m", messages=[{"role": "user", "content": "Hi"}])
    async with openai_client(provider) as other:
        with pytest.raises(openai.BadRequestError) as caught_other:
            await other.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}], n=2)
        assert caught_other.value.param == "n"
        with pytest.raises(openai.NotFoundError):
            await other.embeddings.create(model="m", input="Hi")
    assert provider.requests == []


async def hear_anthropic(client: Any, said: list[str]) -> None:
    """A whole stream, piece by piece."""
    messages = [{"role": "user", "content": "Hi"}]
    async with client.messages.stream(model="m", max_tokens=9, messages=messages) as stream:
        async for text in stream.text_stream:
            said.append(text)  # noqa: PERF401 - what came before it breaks counts


async def hear_openai(client: Any, said: list[str]) -> None:
    """A whole stream, piece by piece."""
    messages = [{"role": "user", "content": "Hi"}]
    async for event in await client.chat.completions.create(model="m", messages=messages, stream=True):
        said.append(event.choices[0].delta.content or "")  # noqa: PERF401


@pytest.mark.parametrize("trouble", ["error", "half", "broken"])
async def test_streams_in_trouble(provider: Provider, trouble: str) -> None:
    ends = {
        "error": b'data: {"error": {"message": "no more for jane.doe@example.com"}}\n\n',
        "half": b'data: {"choices": [{"index": 0, "delta": {"content": "jane.d',
        "broken": b"data: {jane.doe@example.com}\n\n",
    }
    provider.pieces = [*CHAT.stream("content", list(TEXT[:40]))[:-2], ends[trouble]]
    said: list[str] = []
    async with anthropic_client(provider) as client:
        with pytest.raises(anthropic.APIStatusError) as caught:
            await hear_anthropic(client, said)
    assert "jane" not in "".join(said) + str(caught.value)
    assert "".join(said).startswith("Write to [EMAIL_ADDRESS] or to ")
    provider.pieces = ANTHROPIC.stream("text", list(TEXT[:40]))[:-3]
    if trouble == "error":
        provider.pieces.append(named({"type": "error", "error": {"type": "overloaded_error", "message": VALUE}}))
    elif trouble == "broken":
        provider.pieces.append(ends[trouble])
    said.clear()
    async with openai_client(provider) as other:
        with pytest.raises(openai.APIError) as caught_other:
            await hear_openai(other, said)
    assert "jane" not in "".join(said) + str(caught_other.value)
    assert "".join(said).startswith("Write to [EMAIL_ADDRESS] or to ")
