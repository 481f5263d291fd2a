"""The key cache: one load, nobody hurt by another's cancellation, no wiped key in anybody's hands."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import time
from collections.abc import Awaitable, Callable

import pytest

from gateway.errors.kms import KeyDenied, KeyRevoked, KeyUnavailable, KmsError
from gateway.kms.cache import KeyCache, Lease, Load

KEY = bytes(range(32))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Service:
    """Counts loads; waits at a gate if it has one; fails while `error` is set."""

    def __init__(self) -> None:
        self.calls = 0
        self.gate: asyncio.Event | None = None
        self.error: type[KmsError] | None = None
        self.given: list[bytearray] = []

    async def __call__(self) -> bytearray:
        self.calls += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.given.append(bytearray(KEY))
        return self.given[-1]


def still(clock: Clock) -> KeyCache:
    return KeyCache(clock=clock, chance=lambda: 0.0)


async def read(cache: KeyCache, load: Load, name: str = "k") -> bytes:
    with await cache.lease(name, load, ttl=300) as lease:
        return bytes(lease.key)


async def test_a_thousand_misses_make_one_call() -> None:
    cache, service = KeyCache(), Service()
    service.gate = asyncio.Event()
    waiting = [asyncio.create_task(read(cache, service)) for _ in range(1000)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    service.gate.set()
    assert await asyncio.gather(*waiting) == [KEY] * 1000
    assert service.calls == 1


async def test_a_thousand_misses_share_one_error_and_each_has_its_own() -> None:
    cache, service = KeyCache(), Service()
    service.error = KeyUnavailable
    found = await asyncio.gather(*(read(cache, service) for _ in range(1000)), return_exceptions=True)
    assert all(isinstance(one, KeyUnavailable) and one.__context__ is None for one in found)
    assert len({id(one) for one in found}) == 1000
    assert service.calls == 1


@pytest.mark.parametrize("cancelled", [range(1), range(500), range(1, 999)])
async def test_cancelled_waiters_hurt_nobody(cancelled: range) -> None:
    cache, service = KeyCache(), Service()
    service.gate = asyncio.Event()
    waiting = [asyncio.create_task(read(cache, service)) for _ in range(1000)]
    await asyncio.sleep(0)
    for at in cancelled:
        waiting[at].cancel()
    await asyncio.sleep(0)
    service.gate.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert found.count(KEY) == 1000 - len(cancelled)
    assert service.calls == 1


async def test_when_all_waiters_are_cancelled_the_load_still_warms_and_its_error_is_nobodys_warning() -> None:
    cache, service = KeyCache(), Service()
    for error in (None, KeyDenied):
        cache.revoke("k")
        service.gate, service.error = asyncio.Event(), error
        waiting = asyncio.create_task(read(cache, service))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        service.gate.set()
        await asyncio.sleep(0.01)
        assert (cache.remaining("k") > 0) == (error is None)
    gc.collect()  # an exception that was never retrieved would be reported here, and warnings are errors


async def test_a_key_is_used_until_its_time_and_no_longer() -> None:
    clock, service = Clock(), Service()
    cache = still(clock)
    await read(cache, service)
    clock.now += 299.9
    await read(cache, service)
    assert service.calls == 1
    clock.now += 0.1
    await read(cache, service)
    assert service.calls == 2
    assert not any(service.given[0])


async def test_the_times_are_drawn_from_the_last_tenth() -> None:
    for chance, clock in ((0.0, Clock()), (0.5, Clock()), (1.0, Clock())):
        cache = KeyCache(clock=clock, chance=lambda chance=chance: chance)  # type: ignore[misc]
        with await cache.lease("k", Service(), ttl=300) as lease:
            assert lease.refresh_at - clock.now == pytest.approx(300 * (1 - 0.1 * chance))
        assert cache.remaining("k") == pytest.approx(300 * (1 - 0.05 * chance))


async def test_an_error_is_kept_for_two_seconds() -> None:
    clock, service = Clock(), Service()
    cache, service.error = still(clock), KeyDenied
    for step, calls in ((0, 1), (1.9, 1), (0.2, 2)):
        clock.now += step
        with pytest.raises(KeyDenied):
            await read(cache, service)
        assert service.calls == calls
    service.error = None
    clock.now += 2.1
    assert await read(cache, service) == KEY


async def test_a_load_in_flight_is_not_kept_after_a_revoke() -> None:
    cache, service = KeyCache(), Service()
    service.gate = asyncio.Event()
    waiting = [asyncio.create_task(read(cache, service)) for _ in range(10)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cache.revoke("k")
    service.gate.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, KeyRevoked) for one in found)
    assert len(cache) == 0
    assert not any(service.given[0])


async def test_a_load_started_after_the_revoke_is_kept() -> None:
    cache, service = KeyCache(), Service()
    service.gate = asyncio.Event()
    before = asyncio.create_task(read(cache, service))
    await asyncio.sleep(0)
    cache.revoke("k")
    after = asyncio.create_task(read(cache, service))
    await asyncio.sleep(0)
    service.gate.set()
    found = await asyncio.gather(before, after, return_exceptions=True)
    assert isinstance(found[0], KeyRevoked)
    assert found[1] == KEY
    assert service.calls == 2
    assert await read(cache, service) == KEY


async def test_no_waiter_uses_a_key_that_was_wiped_before_its_turn() -> None:
    """The revoke falls between the end of the load and the waiter's turn: the bug that such caches have."""
    cache, service = KeyCache(), Service()
    service.gate = asyncio.Event()
    seen: list[object] = []

    async def waiter() -> None:
        try:
            seen.append(await read(cache, service))
        except KeyRevoked as error:
            seen.append(type(error))

    waiting = [asyncio.create_task(waiter()) for _ in range(5)]
    await asyncio.sleep(0)
    flight = cache._flights["k"].task
    assert flight is not None
    # Done callbacks run in the order in which they were added: this one ahead of the waiters' wake-ups.
    flight._callbacks.insert(0, (lambda _: cache.revoke("k"), contextvars.copy_context()))
    service.gate.set()
    await asyncio.gather(*waiting)
    assert bytes(32) not in seen
    assert set(seen) <= {KEY, KeyRevoked}


async def test_a_key_in_use_is_wiped_when_its_last_user_leaves() -> None:
    cache, service = KeyCache(), Service()
    first, second = await cache.lease("k", service, ttl=300), await cache.lease("k", service, ttl=300)
    with first as lease:
        with second:
            cache.revoke("k")
            assert bytes(lease.key) == KEY
        assert bytes(lease.key) == KEY
    assert not any(service.given[0])
    with pytest.raises(KeyRevoked):
        _ = first.key


async def test_what_was_derived_is_made_once_and_wiped_with_the_key() -> None:
    class Derived:
        def __init__(self, key: bytearray) -> None:
            self.copy = bytearray(key)

        def wipe(self) -> None:
            self.copy[:] = bytes(len(self.copy))

    cache, service = KeyCache(), Service()
    made: list[Derived] = []

    def make(key: bytearray) -> Derived:
        made.append(Derived(key))
        return made[-1]

    for _ in range(3):
        with await cache.lease("k", service, ttl=300) as lease:
            assert bytes(lease.derived("prompt", make).copy) == KEY
    assert len(made) == 1
    cache.revoke("k")
    assert not any(made[0].copy)


async def test_a_timer_wipes_what_nobody_asks_for() -> None:
    clock, service = Clock(), Service()
    cache = still(clock)
    cache.start(interval=0.005)
    await read(cache, service)
    clock.now += 301
    await asyncio.sleep(0.05)
    assert len(cache) == 0
    assert not any(service.given[0])
    await cache.close()


async def test_close_wipes_everything_and_ends_loads() -> None:
    cache, service = KeyCache(), Service()
    await read(cache, service)
    hanging = Service()
    hanging.gate = asyncio.Event()
    waiting = asyncio.create_task(read(cache, hanging, "other"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await cache.close()
    assert not any(service.given[0])
    with pytest.raises(KeyRevoked):
        await waiting


async def test_a_load_that_hangs_is_unavailable() -> None:
    cache, service = KeyCache(load_timeout=0.02), Service()
    service.gate = asyncio.Event()
    with pytest.raises(KeyUnavailable):
        await read(cache, service)


async def test_the_cache_is_bounded_and_wipes_what_it_drops() -> None:
    cache, service = KeyCache(capacity=3), Service()
    for number in range(10):
        await read(cache, service, str(number))
    assert len(cache) == 3
    assert [any(key) for key in service.given] == [False] * 7 + [True] * 3


async def test_no_repr_shows_a_key() -> None:
    lease = Lease(bytearray(b"SECRET" * 5), 1.0)
    assert "SECRET" not in repr(lease) + repr(KeyCache())


async def per_call(run: Callable[[], Awaitable[object]], times: int = 2000) -> float:
    start = time.process_time()
    for _ in range(times):
        await run()
    return (time.process_time() - start) / times


async def test_a_hit_costs_at_most_ten_bare_coroutines() -> None:
    cache, service = KeyCache(), Service()
    await read(cache, service)

    async def bare() -> None:
        return None

    async def hit() -> None:
        with await cache.lease("k", service, ttl=300):
            pass

    bare_cost, hit_cost = [], []
    for _ in range(9):
        bare_cost.append(await per_call(bare))
        hit_cost.append(await per_call(hit))
    # `hit` itself is one more bare coroutine than the lease costs.
    assert min(hit_cost) <= 10 * min(bare_cost)
