"""Real sockets on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, serve_provider


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serve_provider() as served:
        yield served


@pytest.fixture
async def gateway_url(provider: Provider) -> AsyncIterator[str]:
    async with serve_gateway(provider.base_url) as (url, _):
        yield url


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        yield session
