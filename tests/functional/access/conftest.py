"""A gateway in front of a provider, on real sockets: one a file, with a new tenant for each test. Each file has
the mark `asyncio(loop_scope="module")`."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.fakes.access import Gate, serve_gate
from tests.fakes.provider import Provider, serve_provider

ANSWER = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
_numbers = itertools.count()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_provider() -> AsyncIterator[Provider]:
    async with serve_provider() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_gate(shared_provider: Provider) -> AsyncIterator[Gate]:
    async with serve_gate(shared_provider.base_url) as served:
        yield served


@pytest.fixture
def provider(shared_provider: Provider) -> Provider:
    shared_provider.body, shared_provider.status = ANSWER, 200
    shared_provider.requests.clear()
    shared_provider.seen_headers.clear()
    return shared_provider


@pytest_asyncio.fixture(loop_scope="module")
async def gate(shared_gate: Gate, provider: Provider) -> Gate:
    """The gateway, and a tenant of this test's own."""
    mine = replace(shared_gate)
    await mine.settle(f"acme-{next(_numbers)}")
    return mine
