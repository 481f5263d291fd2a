"""Unwrapped keys, kept for a while and wiped afterwards.

1. One load per key: all who miss wait for one task, errors are shared. A waiter that is cancelled hurts nobody.
2. A key is used until its time and not a moment longer: the TTL less up to 5 %, drawn at random. A key in use may be
   asked for ahead of it (`refresh`), from a moment drawn from the last tenth of the TTL on: so replicas do not all come
   back at once, and there is still one call for each TTL or so. An error is kept for the negative TTL.
3. `revoke` takes effect at once: a load under way is not kept, its waiters get `KeyRevoked`.
4. Keys are bytearrays, and wiped when they are out of the cache and the last lease ended; a timer does it too, so that
   a key that nobody asks for does not stay. A lease never shows a wiped key.

Python cannot wipe what libraries keep as `bytes`; `docs/keys.md` names it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Hashable
from types import TracebackType
from typing import Protocol, TypeVar

from gateway.errors import GatewayError
from gateway.errors.kms import KeyRevoked, KeyUnavailable

JITTER = 0.1
"""Part of the TTL from which the moment to refresh is drawn; the end of the key's life lies halfway behind it."""
AGAIN_SECONDS = 5.0
"""Between two tries to refresh a key."""
Load = Callable[[], Awaitable[bytearray]]


class Wipeable(Protocol):
    """What is made of a key and holds copies of it."""

    def wipe(self) -> None: ...


_W = TypeVar("_W", bound=Wipeable)


class Lease:
    """A key in use: `with await cache.lease(...) as lease: lease.key`. Wiped after the last of its users, if it is out
    of the cache by then. Leave it soon: a lease that stays keeps the key in memory."""

    __slots__ = ("_derived", "_key", "_users", "dead", "expires", "refresh_at")

    def __init__(self, key: bytearray, expires: float, refresh_at: float | None = None) -> None:
        self._key = key
        self._users = 0
        self._derived: dict[Hashable, Wipeable] = {}
        self.expires = expires
        self.refresh_at = expires if refresh_at is None else refresh_at
        self.dead = False

    def __repr__(self) -> str:
        return f"Lease(dead={self.dead})"

    @property
    def key(self) -> bytearray:
        """The key itself, no copy. Raises `KeyRevoked` outside of the `with` block of a dead lease."""
        if self.dead and not self._users:
            raise KeyRevoked
        return self._key

    def derived(self, name: Hashable, make: Callable[[bytearray], _W]) -> _W:
        """What `make` makes of the key, kept and wiped with it: sub-keys, ciphers. One `name`, one `make`."""
        found = self._derived.get(name)
        if found is None:
            found = self._derived[name] = make(self.key)
        return found  # type: ignore[return-value]  # one name, one make

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._users -= 1
        if self.dead and not self._users:
            self._wipe()

    def drop(self) -> None:
        """Out of the cache: wiped now, or when the last user leaves."""
        self.dead = True
        if not self._users:
            self._wipe()

    def _wipe(self) -> None:
        self._key[:] = bytes(len(self._key))
        for made in self._derived.values():
            made.wipe()
        self._derived.clear()


class _Flight:
    """A load under way."""

    __slots__ = ("revoked", "task")

    def __init__(self) -> None:
        self.revoked = False
        self.task: asyncio.Task[Lease] | None = None


class KeyCache:
    """See the module.

    Args:
        negative_ttl: seconds for which an error is kept.
        load_timeout: seconds that a load may take; past it, `KeyUnavailable`.
        capacity: keys at most; the oldest goes first.
        clock: seconds, monotonic.
        chance: a number from 0 to 1, for the jitter.
    """

    def __init__(
        self,
        *,
        negative_ttl: float = 2.0,
        load_timeout: float = 10.0,
        capacity: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._negative_ttl, self._load_timeout, self._capacity = negative_ttl, load_timeout, capacity
        self._clock, self._chance = clock, chance
        self._leases: dict[Hashable, Lease] = {}
        self._errors: dict[Hashable, tuple[float, GatewayError]] = {}
        self._flights: dict[Hashable, _Flight] = {}
        self._timer: asyncio.Task[None] | None = None
        self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._leases)

    async def lease(self, name: Hashable, load: Load, *, ttl: float) -> Lease:
        """A lease on the key `name`; to be entered at once, as in `with await cache.lease(...) as lease`.

        Args:
            name: what the key is known by, e.g. tenant and version.
            load: unwraps it; called when it is not warm. The buffer that it returns belongs to the cache.
            ttl: seconds that a key loaded now may be used.

        Raises:
            KeyRevoked: revoked while it was loaded.
            KmsError: what `load` raised, now or less than the negative TTL ago.
        """
        found = self._leases.get(name)
        if found is not None and found.expires > self._clock():
            found._users += 1  # noqa: SLF001 (the cache and its leases are one thing)
            return found
        return await self._miss(name, load, ttl)

    def warm(self, name: Hashable) -> tuple[Lease | None, bool]:
        """A lease on the key if it is warm, to be entered at once; and whether it is time to refresh it."""
        found = self._leases.get(name)
        if found is not None and found.expires > (now := self._clock()):
            found._users += 1  # noqa: SLF001
            self.hits += 1
            return found, found.refresh_at <= now
        self.misses += 1
        return None, False

    def refresh(self, name: Hashable, load: Load, *, ttl: float) -> asyncio.Task[Lease] | None:
        """Load a warm key anew, while it stays in use: it is replaced when that is done, and works to its time where it
        fails. None where that is under way, was tried just now, or the key is not warm."""
        found, now = self._leases.get(name), self._clock()
        known = self._errors.get(name)
        if found is None or found.expires <= now or name in self._flights or (known is not None and known[0] > now):
            return None
        found.refresh_at = now + AGAIN_SECONDS
        return self._start(name, load, ttl)

    def remaining(self, name: Hashable) -> float:
        """Seconds for which the key is still warm; 0 when it is not."""
        found = self._leases.get(name)
        return 0.0 if found is None else max(0.0, found.expires - self._clock())

    def any_warm(self, chosen: Callable[[Hashable], bool]) -> bool:
        """Whether a key that is chosen by its name is warm. Looks at all keys: for the path of errors."""
        now = self._clock()
        return any(lease.expires > now and chosen(name) for name, lease in self._leases.items())

    def revoke(self, name: Hashable) -> None:
        """Drops the key, what is known of its errors, and a load under way."""
        self._evict(name)
        self._errors.pop(name, None)
        flight = self._flights.pop(name, None)
        if flight is not None:
            flight.revoked = True

    def revoke_where(self, chosen: Callable[[Hashable], bool]) -> None:
        """`revoke` for all names that are chosen: all versions of a tenant."""
        for name in {*self._leases, *self._errors, *self._flights}:
            if chosen(name):
                self.revoke(name)

    def sweep(self) -> None:
        """Drops what is past its time. Reads alone wipe nothing that nobody asks for."""
        now = self._clock()
        for name in [name for name, lease in self._leases.items() if lease.expires <= now]:
            self._evict(name)
        for name in [name for name, (until, _) in self._errors.items() if until <= now]:
            del self._errors[name]

    def start(self, interval: float = 5.0) -> None:
        """Sweeps every `interval` seconds from now on."""
        self._timer = self._timer or asyncio.create_task(self._sweep_for_ever(interval))

    async def close(self) -> None:
        """Ends the timer and all loads, and wipes every key."""
        tasks = [task for task in (self._timer, *(flight.task for flight in self._flights.values())) if task]
        self.revoke_where(lambda _: True)
        self._timer = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _miss(self, name: Hashable, load: Load, ttl: float) -> Lease:
        self._evict(name)
        known = self._errors.get(name)
        if known is not None:
            if known[0] > self._clock():
                raise _again(known[1])
            del self._errors[name]
        flight = self._flights.get(name)
        waited = self._start(name, load, ttl) if flight is None or flight.task is None else flight.task
        error: GatewayError | None = None
        lease: Lease | None = None
        try:
            lease = await asyncio.shield(waited)
        except GatewayError as caught:
            error = caught
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not waited.cancelled() or (task is not None and task.cancelling()):
                raise
            error = KeyRevoked()  # the cache was closed
        if error is not None:
            raise _again(error)
        if lease is None or lease.dead:
            # Revoked between the end of the load and this waiter's turn: the key may be wiped already.
            raise KeyRevoked
        lease._users += 1  # noqa: SLF001
        return lease

    def _start(self, name: Hashable, load: Load, ttl: float) -> asyncio.Task[Lease]:
        flight = self._flights[name] = _Flight()
        flight.task = asyncio.create_task(self._load(name, flight, load, ttl))
        # Where all waiters were cancelled, nobody else retrieves the exception.
        flight.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return flight.task

    async def _load(self, name: Hashable, flight: _Flight, load: Load, ttl: float) -> Lease:
        error: GatewayError | None = None
        key = bytearray()
        try:
            async with asyncio.timeout(self._load_timeout):
                key = await load()
        except TimeoutError:
            error = KeyUnavailable()
        except GatewayError as caught:
            error = caught
        finally:
            if self._flights.get(name) is flight:
                del self._flights[name]
        if flight.revoked:
            key[:] = bytes(len(key))
            raise KeyRevoked
        if error is not None:
            self._errors[name] = self._clock() + self._negative_ttl, error
            raise error
        now, drawn = self._clock(), ttl * JITTER * self._chance()
        lease = Lease(key, now + ttl - drawn / 2, now + ttl - drawn)
        self._evict(name)
        while len(self._leases) >= self._capacity:
            self._evict(next(iter(self._leases)))
        self._leases[name] = lease
        return lease

    def _evict(self, name: Hashable) -> None:
        found = self._leases.pop(name, None)
        if found is not None:
            found.drop()

    async def _sweep_for_ever(self, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            self.sweep()


def _again(error: GatewayError) -> GatewayError:
    """The same error as a new object: one that is raised for a thousand waiters would collect their tracebacks."""
    return type(error)()
