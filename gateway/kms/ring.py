"""Cache and seals together: how the rest of the program gets at a tenant's key.

    with await ring.lease(KeyName("acme", 3)) as lease:
        keys = lease.derived("prompt", make)     # sub-keys, wiped with the key

A warm key is served without a look at its service; one in use is asked for again shortly before its time, beside the
requests. When the service denies or the key is gone, or when it does not
answer and no key of the tenant is warm, the tenant is sealed: its other warm keys are dropped, and it is `TenantSealed`
for all until a try succeeds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import NamedTuple

from gateway.errors import GatewayError
from gateway.errors.kms import KeyDenied, KeyGone, KeyUnavailable, KmsError, TenantSealed
from gateway.kms.cache import KeyCache, Lease
from gateway.kms.sealed import RETRY_SECONDS, SealEvent, Seals

CUSTOMER_TTL_SECONDS = 300.0
OWN_TTL_SECONDS = 3600.0


class KeyName(NamedTuple):
    """One key version of one tenant. A tuple: the cache hashes it for each request."""

    tenant: str
    version: int


class KeyRing:
    """See the module.

    Args:
        load: unwraps a key at its service, under the service's deadline; raises `KmsError`.
        active: the tenant's active version, or `None`: what an attempt to unseal asks for.
        ttl: seconds that a key of this name may stay warm; `CUSTOMER_TTL_SECONDS` for keys in a customer's account,
            `OWN_TTL_SECONDS` for ours.
        on_event: hears of sealing and unsealing.
        cache: for tests, or to share.
        clock: seconds, monotonic; the cache's own where one is given.
    """

    def __init__(
        self,
        load: Callable[[KeyName], Awaitable[bytearray]],
        *,
        active: Callable[[str], Awaitable[KeyName | None]],
        ttl: Callable[[KeyName], float] = lambda _: CUSTOMER_TTL_SECONDS,
        on_event: Callable[[SealEvent], None] = lambda _: None,
        retry_seconds: float = RETRY_SECONDS,
        cache: KeyCache | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load, self._active, self._ttl = load, active, ttl
        self.cache = KeyCache(clock=clock) if cache is None else cache
        self.seals = Seals(
            self._attempt, on_event=on_event, on_seal=self._drop, retry_seconds=retry_seconds, clock=clock
        )

    async def lease(self, name: KeyName) -> Lease:
        """A lease on a key, to be entered at once.

        Raises:
            TenantSealed: now, or before.
            KeyRevoked: this version, or the tenant's keys for good.
            KeyUnavailable: this version cannot be had now, and another one of the tenant is warm; seals nothing.
            KeyCorrupt: this version's wrapped key is damaged; seals nothing.
        """
        # Sealing drops all keys of a tenant, so a warm one is proof that it is open.
        found, is_due = self.cache.warm(name)
        if found is not None:
            if is_due:
                self._ask_ahead(name)
            return found
        self.seals.check(name.tenant)
        error: KmsError | None = None
        try:
            return await self.cache.lease(name, lambda: self._load(name), ttl=self._ttl(name))
        except KmsError as caught:
            error = caught
        if isinstance(error, KeyUnavailable) and self.cache.any_warm(_of(name.tenant)):
            # A retired version cannot be had while the service is away; what is warm works on until its time.
            raise KeyUnavailable
        if self.seals.failed(name.tenant, error):
            self.seals.check(name.tenant)
            raise TenantSealed
        raise type(error)()

    async def ask_ahead(self, name: KeyName) -> None:
        """Ask for a warm key again now, and wait; where its service does not answer, it goes on to its time."""
        task = self._ask_ahead(name)
        if task is not None:
            with suppress(GatewayError):
                await asyncio.shield(task)

    async def doubt(self, tenant: str) -> None:
        """Another process was refused the tenant's key: ask for it, if it is warm here, beside the requests. What is
        only unreachable from there changes nothing here."""
        name = None
        with suppress(GatewayError):
            name = await self._active(tenant)
        if name is not None:
            self._ask_ahead(name)

    def _ask_ahead(self, name: KeyName) -> asyncio.Task[Lease] | None:
        task = self.cache.refresh(name, lambda: self._load(name), ttl=self._ttl(name))
        if task is not None:
            task.add_done_callback(lambda done: self._asked_ahead(name.tenant, done))
        return task

    def _asked_ahead(self, tenant: str, done: asyncio.Task[Lease]) -> None:
        error = None if done.cancelled() else done.exception()
        # A clear no is no outage: what is warm goes at once.
        if isinstance(error, KeyDenied | KeyGone):
            self.seals.failed(tenant, error)

    def revoke(self, name: KeyName, *, active: bool) -> None:
        """A version was erased; with `active`, the tenant is sealed for good."""
        self.cache.revoke(name)
        if active:
            self.seals.revoked(name.tenant)

    def reconfigured(self, tenant: str) -> None:
        """A new configuration was verified: what is warm came from the old one, and a seal was about it."""
        self._drop(tenant)
        self.seals.forget(tenant)

    def start(self) -> None:
        """Starts both timers: wiping and retrying."""
        self.cache.start()
        self.seals.start()

    async def close(self) -> None:
        """Ends both timers and wipes every key."""
        await self.seals.close()
        await self.cache.close()

    async def _attempt(self, tenant: str) -> None:
        name = await self._active(tenant)
        if name is None:
            raise TenantSealed
        # Errors known for two seconds must not answer for a try that is made on purpose.
        self.cache.revoke(name)
        with await self.cache.lease(name, lambda: self._load(name), ttl=self._ttl(name)):
            pass

    def _drop(self, tenant: str) -> None:
        self.cache.revoke_where(_of(tenant))


def _of(tenant: str) -> Callable[[Hashable], bool]:
    return lambda name: isinstance(name, KeyName) and name.tenant == tenant
