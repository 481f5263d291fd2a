"""Which tenants are sealed, why, and when that is tried again.

    OPEN ----- denied, gone, or unreachable past the life of the warm keys ------> SEALED
    SEALED --- a try every 30 s, or by hand, that succeeds ----------------------> OPEN
    OPEN or SEALED --- the active version is revoked ----------------------------> REVOKED, for good

A sealed tenant's keys are dropped at once, warm or not. Every change goes to the event hook, that audit and alerts
attach to; a hook that fails does not keep a tenant open.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from gateway.errors.kms import KeyDenied, KeyGone, KeyRevoked, KeyUnavailable, KmsError, TenantSealed

RETRY_SECONDS = 30.0


class SealState(Enum):
    """Where a tenant stands."""

    OPEN = "open"
    SEALED = "sealed"
    REVOKED = "revoked"


class SealReason(Enum):
    """Why a tenant was sealed; `access_denied` and `unreachable` are what the API says."""

    DENIED = "access_denied"
    GONE = "key_gone"
    UNREACHABLE = "unreachable"
    REVOKED = "revoked"


REASONS: dict[type[KmsError], SealReason] = {
    KeyDenied: SealReason.DENIED,
    KeyGone: SealReason.GONE,
    KeyUnavailable: SealReason.UNREACHABLE,
}
"""What seals. A corrupt blob does not: another key version of the tenant may be sound."""

# From state and what happened to the next state; what is not listed changes nothing.
TRANSITIONS: dict[tuple[SealState, str], SealState] = {
    (SealState.OPEN, "failed"): SealState.SEALED,
    (SealState.SEALED, "succeeded"): SealState.OPEN,
    (SealState.OPEN, "revoked"): SealState.REVOKED,
    (SealState.SEALED, "revoked"): SealState.REVOKED,
}


@dataclass(frozen=True, slots=True)
class SealEvent:
    """One change. `since` and `at` are of the clock that `Seals` was given."""

    tenant: str
    state: SealState
    reason: SealReason | None
    since: float
    at: float


@dataclass(slots=True)
class _Seal:
    state: SealState
    reason: SealReason
    since: float
    next_try: float


class Seals:
    """The sealed state of all tenants of this process.

    Args:
        attempt: asks the tenant's key service for the tenant's key; raises `KmsError` while it will not give it.
        on_event: hears of every change. Called inline: it must not block.
        on_seal: drops the tenant's warm keys; called before `on_event`.
        retry_seconds: between two tries of one tenant.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        attempt: Callable[[str], Awaitable[None]],
        *,
        on_event: Callable[[SealEvent], None] = lambda _: None,
        on_seal: Callable[[str], None] = lambda _: None,
        retry_seconds: float = RETRY_SECONDS,
        at_once: int = 16,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._attempt, self._on_event, self._on_seal = attempt, on_event, on_seal
        self._retry_seconds, self._clock = retry_seconds, clock
        self._places = asyncio.Semaphore(at_once)
        self._seals: dict[str, _Seal] = {}
        self._timer: asyncio.Task[None] | None = None

    def check(self, tenant: str) -> None:
        """Raises `TenantSealed` for a sealed tenant and `KeyRevoked` for one that is sealed for good."""
        seal = self._seals.get(tenant)
        if seal is None:
            return
        if seal.state is SealState.REVOKED:
            raise KeyRevoked
        raise TenantSealed(retry_after_seconds=max(1, round(seal.next_try - self._clock())))

    def state(self, tenant: str) -> tuple[SealState, SealReason | None, float | None]:
        """State, reason, and since when (this clock), of one tenant."""
        seal = self._seals.get(tenant)
        return (SealState.OPEN, None, None) if seal is None else (seal.state, seal.reason, seal.since)

    def sealed(self) -> list[str]:
        """Tenants that are sealed, also those for good."""
        return list(self._seals)

    def failed(self, tenant: str, error: KmsError) -> bool:
        """A load failed that no warm key could stand in for. Seals the tenant, if that is what the error means.

        Returns:
            whether the tenant is sealed now.
        """
        reason = REASONS.get(type(error))
        seal = self._seals.get(tenant)
        if reason is None:
            return seal is not None
        if seal is None:
            self._change(tenant, SealState.SEALED, reason)
        elif seal.state is SealState.SEALED:
            seal.reason = reason
        return True

    def restore(self, tenant: str, reason: SealReason) -> None:
        """Seals a tenant that was sealed before this process started, as the store says; no event."""
        now = self._clock()
        state = SealState.REVOKED if reason is SealReason.REVOKED else SealState.SEALED
        self._seals.setdefault(tenant, _Seal(state, reason, now, now))

    def revoked(self, tenant: str) -> None:
        """The active version was erased: nothing unseals this tenant any more. A new onboarding calls `forget`."""
        if TRANSITIONS.get((self.state(tenant)[0], "revoked")) is not None:
            self._change(tenant, SealState.REVOKED, SealReason.REVOKED)

    def forget(self, tenant: str) -> None:
        """The tenant is gone, or has a new configuration that was verified."""
        if tenant in self._seals:
            self._open(tenant)

    async def unseal(self, tenant: str) -> None:
        """Tries one tenant now.

        Raises:
            KeyRevoked: sealed for good.
            KmsError: why it stays sealed.
        """
        seal = self._seals.get(tenant)
        if seal is None:
            return
        if seal.state is SealState.REVOKED:
            raise KeyRevoked
        error: KmsError | None = None
        try:
            await self._attempt(tenant)
        except KmsError as caught:
            error = caught
        seal.next_try = self._clock() + self._retry_seconds
        if error is not None:
            self.failed(tenant, error)
            raise type(error)()
        # It may have been revoked, or forgotten and sealed anew, while the attempt was under way.
        if self._seals.get(tenant) is seal and TRANSITIONS.get((seal.state, "succeeded")) is SealState.OPEN:
            self._open(tenant)

    async def retry_due(self) -> None:
        """Tries all sealed tenants whose time has come, a few at once."""
        now = self._clock()
        due = [
            tenant for tenant, seal in self._seals.items() if seal.state is SealState.SEALED and seal.next_try <= now
        ]

        async def one(tenant: str) -> None:
            async with self._places:
                with suppress(KmsError):
                    await self.unseal(tenant)

        await asyncio.gather(*(one(tenant) for tenant in due))

    def start(self, interval: float = 1.0) -> None:
        """Looks every `interval` seconds for tenants whose time has come."""
        self._timer = self._timer or asyncio.create_task(self._retry_for_ever(interval))

    async def close(self) -> None:
        """Ends the timer."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
            self._timer = None

    def _change(self, tenant: str, state: SealState, reason: SealReason) -> None:
        now = self._clock()
        before = self._seals.get(tenant)
        since = now if before is None else before.since
        self._seals[tenant] = _Seal(state, reason, since, now + self._retry_seconds)
        self._on_seal(tenant)
        self._tell(SealEvent(tenant, state, reason, since, now))

    def _open(self, tenant: str) -> None:
        seal = self._seals.pop(tenant)
        self._tell(SealEvent(tenant, SealState.OPEN, seal.reason, seal.since, self._clock()))

    def _tell(self, event: SealEvent) -> None:
        with suppress(Exception):
            self._on_event(event)

    async def _retry_for_ever(self, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.retry_due()
