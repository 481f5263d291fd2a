"""Finds keys: one look-up each, then from memory, until something about their tenant changes.

Laws:
1. Known and unknown keys take one path, and cost one look-up.
2. What changed is known from the database, which is asked twice a second; messages between replicas only make it
   faster. A replica that could not ask for some seconds grants nothing.
3. A row that is not as it was written (its MAC does not hold) is no key.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from gateway.auth.addresses import AddressRules, Networks
from gateway.auth.agents import read_rules
from gateway.auth.capability import KeyKind, KeyRecord, is_genuine
from gateway.auth.grant import Agent, Grant
from gateway.auth.scopes import ScopeError, loaded
from gateway.errors import AuthenticationError, GatewayError
from gateway.errors.access import AccessUnavailable
from gateway.errors.kms import TenantSealed
from gateway.errors.stores import StoreUnavailable
from gateway.observe.events import ControlEvent, ControlEvents
from gateway.observe.log import describe, logger
from gateway.stores.opened import Stores
from gateway.stores.tables.agents import ACTIVE
from gateway.stores.tables.capabilities import CapabilityRow, FoundKey
from gateway.stores.tables.tenants import TenantStatus

CHANNEL = "access"
POLL_SECONDS = 0.5
KEPT_SECONDS = 60.0
"""How long a key is remembered at most."""
KNOWN_MAX = 20_000
UNKNOWN_MAX = 10_000
"""Ids that are no key's: in a place of their own, so that strangers cannot make us forget the others."""


@dataclass(frozen=True, slots=True)
class _Kept:
    grant: Grant | None
    until: float


class AccessBook:
    """One a process.

    Args:
        mac_key: what rows are bound with.
        check_open: raises for tenants whose key cannot be used.
        staleness_seconds: longest time without news.
    """

    def __init__(
        self,
        stores: Stores,
        events: ControlEvents,
        check_open: Callable[[str], None],
        mac_key: bytes,
        *,
        staleness_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stores, self._events, self._check_open, self._mac_key = stores, events, check_open, mac_key
        self._staleness, self._clock = staleness_seconds, clock
        self._known: OrderedDict[str, _Kept] = OrderedDict()
        self._unknown: OrderedDict[str, _Kept] = OrderedDict()
        self._closed: dict[str, TenantStatus] = {}
        self._epoch = -1
        self._asked_at = float("-inf")
        self._reading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[Callable[[set[str]], None]] = []
        self.hits = self.misses = 0

    @property
    def size(self) -> int:
        """Ids that are remembered."""
        return len(self._known) + len(self._unknown)

    def attach(self, listener: Callable[[set[str]], None]) -> None:
        """Tell `listener` of the tenants about whom something changed, once it is in force here."""
        self._listeners.append(listener)

    def status(self, tenant_id: str) -> TenantStatus:
        """Whether a tenant is suspended or closed."""
        return self._closed.get(tenant_id, TenantStatus.ACTIVE)

    async def find(self, key_id: str) -> Grant | None:
        """What a key allows; None when there is no such key.

        Raises:
            AccessUnavailable: it cannot be known.
        """
        now = self._clock()
        if now - self._asked_at > self._staleness:
            await self._catch_up(now)
        kept = self._known.get(key_id) or self._unknown.get(key_id)
        if kept is not None and kept.until > now:
            self.hits += 1
            return kept.grant
        self.misses += 1
        epoch, is_known = self._epoch, False
        with suppress(StoreUnavailable):
            found = await self._stores.capabilities.find(key_id)
            is_known = True
        if not is_known:
            raise AccessUnavailable(retry_after_seconds=1)
        grant = self._grant(found) if found is not None else None
        if self._epoch == epoch:  # else a change came in between, and may have been about this key
            _keep(self._known if grant else self._unknown, key_id, _Kept(grant, now + KEPT_SECONDS), grant is not None)
        return grant

    def check_tenant(self, tenant_id: str) -> None:
        """Whether anything is served for a tenant: the one place to ask, at the door and while a stream is open.

        Raises:
            AuthenticationError: it is gone.
            TenantSealed: it is sealed or suspended.
            KeyRevoked: it is sealed for good.
            RevocationsUnknown: this replica lost the database.
        """
        status = self._closed.get(tenant_id)
        if status is TenantStatus.DELETED:
            raise AuthenticationError
        if status is not None:
            raise TenantSealed
        self._check_open(tenant_id)

    async def changed(self) -> None:
        """Something was changed by this process: act on it, and tell the others, who find out by themselves if not."""
        with suppress(GatewayError):
            await self.refresh()
        with suppress(GatewayError):
            await self._stores.shared.publish(CHANNEL, "")

    async def refresh(self, *, unless_since: float | None = None) -> None:
        """Read what changed, and forget it; not where that was done since a time.

        Raises:
            StoreUnavailable: nothing is known.
        """
        async with self._reading:
            asked_at = self._clock()
            if unless_since is not None and self._asked_at >= unless_since:
                return
            epoch, tenants = await self._stores.access_changes.since(self._epoch)
            changed = set(tenants)
            if epoch != self._epoch:
                self._closed = await self._stores.tenants.closed()
                gone = [key for key, kept in self._known.items() if kept.grant and kept.grant.record.tenant in changed]
                for key in gone:
                    del self._known[key]
                self._unknown.clear()
            self._epoch, self._asked_at = epoch, asked_at
        for listener in self._listeners if changed else ():
            listener(changed)

    async def start(self) -> None:
        """Read the epoch, and keep reading it.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        await self.refresh()
        self._tasks = [asyncio.create_task(self._poll()), asyncio.create_task(self._listen())]

    async def close(self) -> None:
        """End all that runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _grant(self, found: FoundKey) -> Grant | None:
        record = record_of(found.key)
        is_dead = found.key.revoked_at is not None or found.key.used_at is not None
        belongs = found.agent.tenant_id == found.gateway.tenant_id == record.tenant
        if not is_dead and not (belongs and is_genuine(self._mac_key, record)):
            self._events.emit(ControlEvent("access.tampered", record.tenant, resource=record.id))
            return None
        with suppress(ScopeError, ValueError):
            return Grant(
                record,
                loaded(record.scope),
                agent_of(found),
                AddressRules(Networks(found.addresses.allow), Networks(found.addresses.deny)),
                found.key.parent_id or record.id,
                is_dead,
            )
        logger().error("key_unreadable", key_id=record.id)
        return None

    async def _catch_up(self, now: float) -> None:
        """The loop was busy, or the database is away: ask now, and grant nothing without an answer."""
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(self._staleness):
                await self.refresh(unless_since=now)
        if now - self._asked_at > self._staleness:
            raise AccessUnavailable(retry_after_seconds=1)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self._refresh_quietly()

    async def _listen(self) -> None:
        async for _message in self._stores.shared.listen(CHANNEL):
            await self._refresh_quietly()

    async def _refresh_quietly(self) -> None:
        try:
            async with asyncio.timeout(self._staleness):
                await self.refresh()
        except (StoreUnavailable, TimeoutError):
            logger().warning("access_unread", seconds=round(self._clock() - self._asked_at, 1))
        except Exception as error:  # noqa: BLE001 - the loop must go on; without it nothing is granted
            logger().error("access_unread", **describe(error))


def record_of(row: CapabilityRow) -> KeyRecord:
    """A row as its MAC is over it."""
    return KeyRecord(
        row.id,
        row.hash,
        row.tenant_id,
        row.agent_id,
        KeyKind(row.kind),
        row.live,
        row.thumbprint,
        row.subject,
        int(row.expires_at.timestamp()),
        int(row.created_at.timestamp()),
        row.scope,
        row.mac,
    )


def agent_of(found: FoundKey) -> Agent:
    """An agent as a request meets it.

    Raises:
        ScopeError: its rules cannot be read.
    """
    agent, gateway = found.agent, found.gateway
    is_open = agent.status == gateway.status == ACTIVE
    own = read_rules(gateway.rules)
    return Agent(agent.id, agent.slug, gateway.id, is_open, read_rules(agent.rules), own.model_aliases, own.budget)


def _keep(kept: OrderedDict[str, _Kept], key_id: str, one: _Kept, is_known: bool) -> None:
    kept[key_id] = one
    kept.move_to_end(key_id)
    if len(kept) > (KNOWN_MAX if is_known else UNKNOWN_MAX):
        kept.popitem(last=False)
