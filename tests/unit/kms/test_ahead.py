"""Keys in use are asked for ahead of their time: requests never wait for it, the service is not asked more often, and a
key that nobody uses goes."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors.kms import KeyCorrupt, KeyDenied, KeyGone, KeyUnavailable, KmsError, TenantSealed
from gateway.kms.cache import KeyCache
from gateway.kms.ring import KeyName, KeyRing
from gateway.kms.sealed import SealState

NAME = KeyName("acme", 1)


class World:
    """A ring with one tenant, on a clock that is moved; the middle of all that may be drawn."""

    def __init__(self) -> None:
        self.now, self.calls = 0.0, 0
        self.error: type[KmsError] | None = None
        self.given: list[bytearray] = []
        self.ring = KeyRing(
            self._load,
            active=self._active,
            cache=KeyCache(clock=lambda: self.now, chance=lambda: 0.5),
            clock=lambda: self.now,
        )

    async def _load(self, name: KeyName) -> bytearray:
        self.calls += 1
        if self.error is not None:
            raise self.error
        self.given.append(bytearray(b"k" * 32))
        return self.given[-1]

    async def _active(self, tenant: str) -> KeyName:
        return NAME

    async def use(self) -> None:
        with await self.ring.lease(NAME) as lease:
            assert bytes(lease.key) == b"k" * 32
        for _ in range(3):
            await asyncio.sleep(0)


async def test_a_key_in_use_never_runs_out_and_is_asked_for_once_a_window() -> None:
    world = World()
    await world.use()
    waited = 0
    for _ in range(300 * 40):
        world.now += 1
        before = world.ring.cache.remaining(NAME)
        waited += before == 0
        await world.use()
    assert waited == 0
    assert 40 <= world.calls <= 44
    assert sum(any(key) for key in world.given) == 1, "what was replaced is wiped"


async def test_a_key_that_nobody_uses_is_not_asked_for() -> None:
    world = World()
    await world.use()
    world.now = 299
    world.ring.cache.sweep()
    assert (world.calls, len(world.ring.cache)) == (1, 0)


async def test_an_outage_is_met_by_a_few_tries_and_seals_at_the_end_of_the_keys_time() -> None:
    world = World()
    await world.use()
    world.error = KeyUnavailable
    for world.now in range(1, 293):
        await world.use()
    assert 2 <= world.calls <= 3
    assert world.ring.seals.state("acme")[0] is SealState.OPEN
    world.now = 293
    with pytest.raises(TenantSealed):
        await world.use()
    assert sum(any(key) for key in world.given) == 0


@pytest.mark.parametrize("error", [KeyDenied, KeyGone])
async def test_a_clear_no_seals_at_once(error: type[KmsError]) -> None:
    world = World()
    await world.use()
    world.error, world.now = error, 286
    await world.use()
    assert world.ring.seals.state("acme")[0] is SealState.SEALED
    with pytest.raises(TenantSealed):
        await world.use()
    assert not any(world.given[0])


async def test_a_damaged_answer_changes_nothing_while_the_key_is_warm() -> None:
    world = World()
    await world.use()
    world.error, world.now = KeyCorrupt, 286
    await world.use()
    await world.use()
    assert world.ring.seals.state("acme")[0] is SealState.OPEN


async def test_what_is_revoked_while_it_is_asked_for_is_not_kept() -> None:
    world = World()
    await world.use()
    world.now = 286
    with await world.ring.lease(NAME):
        world.ring.cache.revoke(NAME)
        await asyncio.sleep(0.01)
        assert len(world.ring.cache) == 0
    assert not any(any(key) for key in world.given)
