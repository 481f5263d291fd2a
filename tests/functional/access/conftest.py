"""A gateway with a tenant, in front of a provider, on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.access import Gate, serve_gate
from tests.fakes.provider import Provider, serve_provider

ANSWER = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serve_provider() as served:
        served.body = ANSWER
        yield served


@pytest.fixture
async def gate(provider: Provider) -> AsyncIterator[Gate]:
    async with serve_gate(provider.base_url) as served:
        await served.settle()
        yield served
