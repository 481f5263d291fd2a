"""Ring, cache and seals over each provider and its service: what a customer does at their key service, and what
follows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors.kms import TenantSealed
from gateway.kms.cache import KeyCache
from gateway.kms.provider import KeyContext
from gateway.kms.ring import KeyName, KeyRing
from gateway.kms.sealed import SealReason, SealState
from tests.fakes.kms_faults import Fault

NAME, KEY = KeyName("acme", 1), bytes(range(100, 132))
UNWRAP = {"aws": "Decrypt", "gcp": "Decrypt", "azure": "unwrapkey"}


class Held:
    """A ring over one provider, on a clock that is moved."""

    def __init__(self, cloud: Any, wrapped: bytes) -> None:
        self.cloud, self.wrapped, self.now = cloud, wrapped, 0.0
        self.reasons: list[tuple[SealState, SealReason | None]] = []
        self.ring = KeyRing(
            self._load,
            active=self._active,
            on_event=lambda event: self.reasons.append((event.state, event.reason)),
            cache=KeyCache(clock=lambda: self.now, chance=lambda: 0.0),
            clock=lambda: self.now,
        )

    async def _load(self, name: KeyName) -> bytearray:
        opened: bytearray = await self.cloud.provider.unwrap(self.wrapped, KeyContext(*name))
        return opened

    async def _active(self, tenant: str) -> KeyName:
        return KeyName(tenant, 1)

    async def read(self) -> bytes:
        with await self.ring.lease(NAME) as lease:
            return bytes(lease.key)


@pytest.fixture
async def held(cloud: Any) -> Held:
    return Held(cloud, await cloud.provider.wrap(KEY, KeyContext(*NAME)))


async def test_a_thousand_misses_ask_the_service_once(held: Held) -> None:
    assert await asyncio.gather(*(held.read() for _ in range(1000))) == [KEY] * 1000
    assert held.cloud.service.count(UNWRAP[held.cloud.name]) == 1
    held.now = 299
    await held.read()
    assert held.cloud.service.count(UNWRAP[held.cloud.name]) == 1
    held.now = 300
    await held.read()
    assert held.cloud.service.count(UNWRAP[held.cloud.name]) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.DENY, SealReason.DENIED),
        (Fault.DISABLE, SealReason.DENIED),
        (Fault.DELETE, SealReason.GONE),
        (Fault.THROTTLE, SealReason.UNREACHABLE),
    ],
)
async def test_a_key_taken_away_seals_and_one_given_back_unseals(held: Held, fault: Fault, reason: SealReason) -> None:
    await held.read()
    held.cloud.service.fault, held.now = fault, 299
    assert await held.read() == KEY
    held.now = 301
    with pytest.raises(TenantSealed):
        await held.read()
    asked = len(held.cloud.service.calls)
    with pytest.raises(TenantSealed):
        await held.read()
    assert len(held.cloud.service.calls) == asked
    held.now = 332
    await held.ring.seals.retry_due()
    assert held.ring.seals.state("acme")[0] is SealState.SEALED
    held.cloud.service.fault = None
    held.now = 363
    await held.ring.seals.retry_due()
    assert await held.read() == KEY
    assert held.reasons == [(SealState.SEALED, reason), (SealState.OPEN, reason)]
