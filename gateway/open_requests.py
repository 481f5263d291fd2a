"""What is being served, by tenant: so that it ends when the tenant's key goes (rule 21 of the security decisions).

A revoked version ends at once what hangs on it, in every replica; a seal ends what is still open five minutes later; a
replica that cannot tell any more what is revoked ends what hangs on any tenant's key. While something of a tenant is
open, its key is asked for like by requests: a stream of an hour finds out, too, that the key was taken away.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from gateway.background import in_background
from gateway.errors import GatewayError
from gateway.errors.kms import KeyRevoked, TenantSealed
from gateway.errors.tenant_keys import RevocationsUnknown
from gateway.observe.events import ControlEvent, ControlEvents
from gateway.observe.log import describe, logger
from gateway.tenant_keys.changes import KeyChange, What
from gateway.tenant_keys.keyring import TenantKeyring
from gateway.token_keys import LOCAL_TENANT

SEALED_SECONDS = 300.0
WATCH_SECONDS = 1.0


class OpenRequest:
    """One request, from its caller on to the last byte of its answer.

    `on_cut` ends it from outside; it is called once, with the error for the client. Until somebody who can say that
    error to the client takes it over, the task that serves the request is cancelled.
    """

    __slots__ = ("_versions", "error", "key_id", "on_cut", "tenant")

    def __init__(self, tenant: str, key_id: str, on_cut: Callable[[GatewayError], None]) -> None:
        self.tenant, self.key_id, self.on_cut = tenant, key_id, on_cut
        self._versions: frozenset[int] | None = None
        self.error: GatewayError | None = None

    def holds(self, versions: Collection[int]) -> None:
        """Which versions of the tenant's key its tokens are made of, or may be. Until it is said, any."""
        self._versions = frozenset(versions)

    def hangs_on(self, version: int) -> bool:
        """Whether the end of this version ends it; 0 stands for the active one."""
        return not version or self._versions is None or version in self._versions

    def cut(self, error: GatewayError) -> bool:
        """End it; false when that was done before."""
        if self.error is not None:
            return False
        self.error = error
        self.on_cut(error)
        return True


class OpenRequests:
    """All of them, in this process.

    Args:
        keyring: whose changes end them.
        events: is told of what was ended.
        sealed_seconds: how long what is open goes on after a seal.
    """

    def __init__(
        self, keyring: TenantKeyring, events: ControlEvents, *, sealed_seconds: float = SEALED_SECONDS
    ) -> None:
        self._keyring, self._events, self._sealed_seconds = keyring, events, sealed_seconds
        self._open: defaultdict[str, set[OpenRequest]] = defaultdict(set)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.nothing_open = asyncio.Event()
        self.nothing_open.set()

    def __len__(self) -> int:
        return sum(map(len, self._open.values()))

    @contextmanager
    def enter(self, tenant: str, key_id: str = "") -> Iterator[OpenRequest]:
        """One request, served by this task.

        Raises:
            GatewayError: it was cut, and nobody had taken over to say so.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a request is served by a task
        is_cancelled = False

        def cancel(_error: GatewayError) -> None:
            nonlocal is_cancelled
            is_cancelled = task.cancel()

        entry = OpenRequest(tenant, key_id, cancel)
        self._open[tenant].add(entry)
        self.nothing_open.clear()
        try:
            yield entry
            return
        except asyncio.CancelledError:
            # The client may have gone in the same moment: that is a cancellation of its own.
            if not is_cancelled or task.uncancel() > 0:
                raise
        finally:
            self._open[tenant].discard(entry)
            if not self._open[tenant]:
                del self._open[tenant]
            if not self._open:
                self.nothing_open.set()
        assert entry.error is not None  # noqa: S101 - it was cancelled by `cut`
        raise entry.error

    def key_ids(self, tenant: str) -> set[str]:
        """The capability keys with which something of a tenant was asked for that is open."""
        return {entry.key_id for entry in self._open.get(tenant, ()) if entry.key_id}

    def cut(self, tenant: str, error: Callable[[], GatewayError], *, version: int = 0, key_id: str = "") -> int:
        """End what is open of a tenant; how many that were.

        Args:
            tenant: whose.
            error: makes the error that clients get.
            version: only what hangs on this version of its key; 0 for all.
            key_id: only what came with this capability key.
        """
        chosen = [
            entry
            for entry in self._open.get(tenant, ())
            if entry.hangs_on(version) and (not key_id or entry.key_id == key_id)
        ]
        count = sum(entry.cut(error()) for entry in chosen)
        if count:
            details: dict[str, str | int] = {"count": count, "reason": error().code}
            self._events.emit(ControlEvent("streams.cut", tenant, details=details))
        return count

    def cut_all(self, error: Callable[[], GatewayError]) -> int:
        """End everything that is open; how much that was. It is no event of any tenant."""
        return sum(entry.cut(error()) for entry in [one for all_of in self._open.values() for one in all_of])

    def heard(self, change: KeyChange) -> None:
        """A listener of `KeyChanges`."""
        tenant = change.tenant_id
        if change.what is What.UNKNOWN:
            for one in [one for one in self._open if one != LOCAL_TENANT]:
                self.cut(one, RevocationsUnknown)
        elif change.what is What.REVOKED:
            self.cut(tenant, KeyRevoked, version=change.version)
        elif change.what is What.SEALED:
            loop = asyncio.get_running_loop()
            if tenant not in self._timers:
                self._timers[tenant] = loop.call_later(self._sealed_seconds, self._seal_is_old, tenant)
        elif tenant in self._timers:
            self._timers.pop(tenant).cancel()

    def _seal_is_old(self, tenant: str) -> None:
        del self._timers[tenant]
        self.cut(tenant, TenantSealed)

    async def watch(self) -> None:
        """For ever: asks for the keys of all tenants of whom something is open, once a second; the cache asks their
        services as often as for requests."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await asyncio.gather(*(self._touch(tenant) for tenant in [*self._open] if tenant != LOCAL_TENANT))
            except Exception as error:  # noqa: BLE001 - the loop must go on
                logger().error("open_requests_unwatched", **describe(error))

    async def _touch(self, tenant: str) -> None:
        with suppress(GatewayError):
            _, lease = await self._keyring.active(tenant)
            with lease:
                pass

    def close(self) -> None:
        """End the timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


@asynccontextmanager
async def open_requests(
    keyring: TenantKeyring, events: ControlEvents, *, sealed_seconds: float = SEALED_SECONDS
) -> AsyncIterator[OpenRequests]:
    """The register of a process, listening."""
    register = OpenRequests(keyring, events, sealed_seconds=sealed_seconds)
    keyring.changes.attach(register.heard)
    try:
        async with in_background("open requests", register.watch()):
            yield register
    finally:
        register.close()
