"""Stock clients in front of providers that do not speak their language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import openai

from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider


@asynccontextmanager
async def anthropic_client(provider: Provider) -> AsyncIterator[Any]:
    """In front of an OpenAI provider."""
    async with (
        serve_gateway(provider.base_url, kind="openai") as (url, _),
        anthropic.AsyncAnthropic(base_url=url, api_key=KEY, max_retries=0) as client,
    ):
        yield client


@asynccontextmanager
async def openai_client(provider: Provider) -> AsyncIterator[Any]:
    """In front of an Anthropic provider."""
    async with (
        serve_gateway(provider.base_url, kind="anthropic") as (url, _),
        openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client,
    ):
        yield client
