"""A tenant's keys in use: request -> tenant -> active version -> key, or a clear refusal.

Laws:
1. What is revoked is known from the database; a replica that could not ask for two seconds uses no key
   (`revocations.py`).
2. Only the active version's failure seals the tenant: a retired version whose key service is gone is left out.
3. A tenant that never chose gets a key wrapped by the installation's master key, at its first use.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from gateway.errors import GatewayError
from gateway.errors.kms import KeyCorrupt, KeyRevoked
from gateway.errors.stores import Conflict
from gateway.kms.cache import KeyCache, Lease
from gateway.kms.provider import KEY_BYTES, KeyContext
from gateway.kms.ring import CUSTOMER_TTL_SECONDS, OWN_TTL_SECONDS, KeyName, KeyRing
from gateway.kms.sealed import REASONS, SealEvent, SealState
from gateway.observe.events import ControlEvent, ControlEvents
from gateway.stores.store import Shared
from gateway.stores.tables.key_tables import ACTIVE, REVOKED
from gateway.stores.tables.keys import KeyStore, KeyVersion, NewVersion, Wrapping
from gateway.tenant_keys import revocations
from gateway.tenant_keys.changes import KeyChange, KeyChanges, What
from gateway.tenant_keys.revocations import STALENESS_SECONDS, Changed, Revocations
from gateway.tenant_keys.wrapping import WrapMethod, Wrappings
from gateway.token_keys import LOCAL_TENANT

TENANTS_MAX = 20_000
SESSION_SECONDS_MIN = 60.0
"""A session is given at least so long, for which the key is asked for ahead of its time."""


class TenantKeyring:
    """The keys of all tenants, in one process.

    Args:
        new_key: 32 random bytes.
        now: the time, in UTC.
    """

    def __init__(
        self,
        store: KeyStore,
        shared: Shared,
        wrappings: Wrappings,
        events: ControlEvents,
        *,
        new_key: Callable[[], bytearray],
        now: Callable[[], datetime],
        staleness_seconds: float = STALENESS_SECONDS,
        cache: KeyCache | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store, self.shared, self.wrappings, self.events, self.now = store, shared, wrappings, events, now
        self.new_key = new_key
        self._clock = clock
        self._versions: dict[str, tuple[KeyVersion, ...]] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self.changes = KeyChanges()
        self.revocations = Revocations(
            store,
            shared,
            act=self._act,
            hear=self._hear,
            lost=lambda: self.changes.tell(KeyChange("", What.UNKNOWN)),
            staleness_seconds=staleness_seconds,
            clock=clock,
        )
        self.ring = KeyRing(
            self._load, active=self._active, ttl=self._ttl, on_event=self._sealed, cache=cache, clock=clock
        )

    # --- using keys

    async def versions(self, tenant_id: str) -> tuple[KeyVersion, ...]:
        """All versions that are not revoked, the active one first; one is made for a tenant that has none at all.

        Raises:
            RevocationsUnknown: this replica lost the database.
            KeyRevoked: the active version was revoked: there is nothing to go on with.
            StoreUnavailable, KmsError.
        """
        self.revocations.check_fresh()
        known = self._versions.get(tenant_id)
        if known is None:
            epoch = self.revocations.epoch
            known = tuple(await self.store.versions(tenant_id))
            if not known:
                known = (await self._first(tenant_id),)
            if self.revocations.epoch == epoch:  # else a change came in between, and may have been about this tenant
                self._versions[tenant_id] = known
                if len(self._versions) > TENANTS_MAX:
                    del self._versions[next(iter(self._versions))]
        live = sorted((v for v in known if v.status != REVOKED), key=lambda v: (v.status != ACTIVE, -v.version))
        if not live or live[0].status != ACTIVE:
            raise KeyRevoked
        return tuple(live)

    async def active(self, tenant_id: str) -> tuple[KeyVersion, Lease]:
        """The active version, and a lease on its key, to be entered at once.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        version = (await self.versions(tenant_id))[0]
        return version, await self.ring.lease(KeyName(tenant_id, version.version))

    async def lease(self, tenant_id: str, version: int) -> Lease:
        """A lease on the key of any version that is not revoked; the failure of a retired one seals nothing.

        Raises:
            KeyRevoked: there is no such version, or not any more.
            TenantSealed, RevocationsUnknown, StoreUnavailable, KmsError.
        """
        live = await self.versions(tenant_id)
        name = KeyName(tenant_id, version)
        if version == live[0].version:
            return await self.ring.lease(name)
        if all(version != one.version for one in live):
            raise KeyRevoked
        self.ring.seals.check(tenant_id)
        return await self.ring.cache.lease(name, lambda: self._load(name), ttl=self._ttl(name))

    async def session_seconds(self, tenant_id: str, at_most: float) -> float:
        """How long a session that begins now may last: not past the time of the key that it hangs on.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        version, lease = await self.active(tenant_id)
        with lease:
            left = lease.expires - self._clock()
        if left < min(at_most, SESSION_SECONDS_MIN):
            name = KeyName(tenant_id, version.version)
            await self.ring.ask_ahead(name)
            with await self.ring.lease(name) as lease:
                left = lease.expires - self._clock()
        return min(at_most, left)

    # --- changes

    async def add_version(self, tenant_id: str, wrapping: Wrapping, version: int) -> NewVersion:
        """A new key, wrapped, and tried: it is unwrapped again before it is used.

        Raises:
            KmsError: the key service failed.
        """
        key, context = self.new_key(), KeyContext(tenant_id, version)
        provider = self.wrappings.provider(tenant_id, wrapping)
        try:
            wrapped = await provider.wrap(key, context)
            again = await provider.unwrap(wrapped, context)
            is_same = again == key
            again[:] = bytes(len(again))
        finally:
            key[:] = bytes(KEY_BYTES)
        if not is_same:
            raise KeyCorrupt
        return NewVersion(version, wrapping, wrapped)

    async def changed(self, tenant_id: str, *, revoked: int = 0) -> None:
        """Tell this process and the others that a tenant's keys changed; `revoked`: the version that was erased."""
        await self.refresh()
        await self.revocations.say(tenant_id, revocations.REVOKED if revoked else revocations.CHANGED, revoked)

    async def refresh(self) -> None:
        """Read what changed, and act on it.

        Raises:
            StoreUnavailable: nothing is known.
        """
        await self.revocations.refresh()

    async def _act(self, changed: Changed) -> None:
        for tenant_id in {tenant_id for tenant_id, _, _ in changed}:
            self._versions.pop(tenant_id, None)
        for tenant_id, version, status in changed:
            if status == REVOKED:
                self._erased(tenant_id, version)
        for tenant_id in {tenant_id for tenant_id, _, status in changed if status == ACTIVE}:
            # A new active version was tried before it was written: whatever sealed the tenant is past.
            if self.ring.seals.state(tenant_id)[0] is not SealState.OPEN:
                self.ring.reconfigured(tenant_id)
        for tenant_id in {tenant_id for tenant_id, _, status in changed if status == REVOKED}:
            if all(one.status != ACTIVE for one in await self.store.versions(tenant_id)):
                self.ring.seals.revoked(tenant_id)

    def _erased(self, tenant_id: str, version: int) -> None:
        self._versions.pop(tenant_id, None)
        self.ring.cache.revoke(KeyName(tenant_id, version))
        self.changes.tell(KeyChange(tenant_id, What.REVOKED, version))

    async def _hear(self, tenant_id: str, word: str, version: int) -> None:
        """What another replica said."""
        if word == revocations.REVOKED and version:
            self._erased(tenant_id, version)
        elif word == revocations.SEALED:
            await self.ring.doubt(tenant_id)
        elif word == revocations.UNSEALED:
            with suppress(GatewayError):
                await self.ring.seals.unseal(tenant_id)

    # --- life

    async def start(self) -> None:
        """Read the epoch, and keep reading it.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        await self.revocations.start()
        await self.restore_seals()
        self.ring.start()

    async def restore_seals(self) -> None:
        """What was sealed when a process died, as the store says: it is tried at once, and open again if its key
        service is; nobody need ask for it first."""
        for tenant_id, reason in await self.store.sealed():
            if reason in _REASONS:
                self.ring.seals.restore(tenant_id, _REASONS[reason])

    async def settle(self) -> None:
        """Wait until what happened is in the store."""
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def close(self) -> None:
        """End all that runs, and wipe all keys."""
        await self.revocations.close()
        await asyncio.gather(*self._writes, return_exceptions=True)
        await self.ring.close()
        await self.wrappings.close()

    # --- what the ring asks for

    async def _load(self, name: KeyName) -> bytearray:
        version = await self._find(name)
        if version is None or version.wrapped is None:
            raise KeyRevoked
        provider = self.wrappings.provider(name.tenant, version.wrapping)
        return await provider.unwrap(version.wrapped, KeyContext(name.tenant, name.version))

    async def _find(self, name: KeyName) -> KeyVersion | None:
        known = self._versions.get(name.tenant) or await self.store.versions(name.tenant)
        return next((one for one in known if one.version == name.version), None)

    async def _active(self, tenant_id: str) -> KeyName | None:
        with suppress(KeyRevoked):
            return KeyName(tenant_id, (await self.versions(tenant_id))[0].version)
        return None

    def _ttl(self, name: KeyName) -> float:
        for one in self._versions.get(name.tenant, ()):
            if one.version == name.version and one.wrapping.method != WrapMethod.CUSTOMER.value:
                return OWN_TTL_SECONDS
        return CUSTOMER_TTL_SECONDS

    async def _first(self, tenant_id: str) -> KeyVersion:
        if tenant_id == LOCAL_TENANT:
            with suppress(Conflict):  # nobody ever made it
                await self.store.introduce(tenant_id, self.now())
        wrapping = self.wrappings.choose(tenant_id, WrapMethod.GLOBAL, "", "", {}).wrapping
        new = await self.add_version(tenant_id, wrapping, 1)
        with suppress(Conflict):
            return await self.store.advance(tenant_id, new, 0, self.now())
        return (await self.store.versions(tenant_id))[0]  # another replica was first

    def _sealed(self, event: SealEvent) -> None:
        """Keep it in the store, for people to see, and tell audit, alerts, this replica and the others."""
        is_open = event.state is SealState.OPEN
        reason = event.reason.value if event.reason else ""
        action = "kms.unsealed" if is_open else "kms.sealed"
        self.events.emit(ControlEvent(action, event.tenant, details={"reason": reason, "state": event.state.value}))
        what = What.UNSEALED if is_open else What.REVOKED if event.state is SealState.REVOKED else What.SEALED
        self.changes.tell(KeyChange(event.tenant, what))
        task = asyncio.create_task(self._keep(event.tenant, "" if is_open else reason, what))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _keep(self, tenant_id: str, reason: str, what: What) -> None:
        now = self.now()
        # One after another: the last change is the one that is kept.
        async with self._writing:
            with suppress(GatewayError):
                await self.store.note_seal(tenant_id, now if reason else None, reason, now)
        if what is not What.REVOKED:  # which has been said, with its version
            word = revocations.SEALED if what is What.SEALED else revocations.UNSEALED
            await self.revocations.say(tenant_id, word)


_REASONS = {reason.value: reason for reason in REASONS.values()}
