"""A control plane on real sockets, and a provider of identities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.control import Control, Person, serve_control
from tests.fakes.issuer import FakeIssuer, serve_issuer


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with serve_issuer() as served:
        yield served


@pytest.fixture
async def control(tmp_path: Path, issuer: FakeIssuer) -> AsyncIterator[Control]:
    async with serve_control(tmp_path, open_origins=(issuer.url,)) as served:
        yield served


@pytest.fixture
async def owner(control: Control) -> Person:
    return await control.owner("acme")
