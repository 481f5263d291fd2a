"""Hears what is recorded, counts it in the database, delivers what is queued there.

Laws kept here:
1. Whoever records something does not wait for an alert, and no failure here reaches them.
2. What was decided is in the database before it is delivered: it survives receivers that are away, and restarts.
3. Where the database is away, which is what an alert may be about, the urgent ones are delivered from memory.
4. Bounded: things that are counted at a time, deliveries that wait, attempts under way, their age.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.alerts.delivery import Deliverer
from gateway.alerts.message import Alert, alert_of, read
from gateway.alerts.receivers import Kept, Receivers
from gateway.alerts.rules import (
    AUDIT_OUTAGE,
    BY_NAME,
    TEST,
    Limit,
    Rule,
    Severity,
    Window,
    counted,
    rule_of,
    subject,
    times,
)
from gateway.audit.event import SYSTEM, AuditEvent, Kind
from gateway.errors import GatewayError
from gateway.errors.stores import Conflict, StoreUnavailable
from gateway.observe.events import ControlEvent
from gateway.observe.log import logger
from gateway.observe.metrics import Metrics
from gateway.settings.alerts import AlertSettings
from gateway.stores.tables.alerts import AlertStore, Burst, Counted, Delivery
from gateway.stores.tables.tenants import new_id
from gateway.vault.keys import encode

HEARD_MAX = 10_000
CLAIM_SECONDS = 120
CLAIMED = 20
ATTEMPTS_AT_A_TIME = 8
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 5.0, 600.0
_Key = tuple[str, str, str]
"""Tenant, rule and subject: what is counted together."""


@dataclass(slots=True)
class _Heard:
    """How often something happened since it was last counted, and the last event of it."""

    events: int
    last: AuditEvent


class Alerts:
    """One a process; `opened.py` runs it. `heard_some` and `queued_some` are set when there is something to do."""

    def __init__(
        self,
        store: AlertStore,
        receivers: Receivers,
        deliverer: Deliverer,
        settings: AlertSettings,
        metrics: Metrics,
        clock: Callable[[], datetime],
    ) -> None:
        self.receivers = receivers
        self._store, self._deliverer, self._settings = store, deliverer, settings
        self._metrics, self._clock = metrics, clock
        self._heard: dict[_Key, _Heard] = {}
        self._known: list[Kept] = []
        self._told: dict[_Key, datetime] = {}
        self.heard_some, self.queued_some = asyncio.Event(), asyncio.Event()
        self._attempts = asyncio.Semaphore(ATTEMPTS_AT_A_TIME)

    @property
    def waiting(self) -> int:
        """What was heard and is not counted yet."""
        return len(self._heard)

    # --- hearing

    def hear(self, event: AuditEvent) -> None:
        """Take in an event of the record; it neither waits nor raises."""
        rule = rule_of(event)
        if rule is not None and self._limit(rule) is not None:
            self._take(rule.name, event)

    def hear_control(self, event: ControlEvent) -> None:
        """Take in an event of the control plane, where it is one that the record cannot tell of."""
        if event.action == AUDIT_OUTAGE:
            at_us = int(self._clock().timestamp() * 1e6)
            self.hear(AuditEvent(Kind.AUDIT, SYSTEM, at_us, "", {"method": event.action}))

    def _take(self, rule: str, event: AuditEvent) -> None:
        key = (event.tenant, rule, subject(event))
        if key not in self._heard and len(self._heard) >= HEARD_MAX:
            key = (event.tenant if len(self._heard) < 2 * HEARD_MAX else SYSTEM, rule, "")
        heard = self._heard.setdefault(key, _Heard(0, event))
        heard.events, heard.last = heard.events + times(event), event
        self.heard_some.set()

    def _limit(self, rule: Rule) -> Limit | None:
        """How many events a rule needs; None where it is switched off."""
        own = self._settings.rules.get(rule.name)
        if own is None:
            return rule.limit
        return Limit(own.events or rule.limit.events, own.seconds or rule.limit.seconds) if own.enabled else None

    # --- counting

    async def refresh(self) -> None:
        """Read the receivers, so that they are known when the database is away."""
        self._known = await self.receivers.all()
        self._metrics.alerts.waiting.set(await self._store.waiting())

    async def forget(self) -> None:
        """Drop the counts of what has long been quiet."""
        await self._store.forget(self._clock())

    async def count_heard(self) -> None:
        """Count what was heard, and queue the alerts that are due."""
        taken, self._heard = self._heard, {}
        while taken:
            key, heard = taken.popitem()
            try:
                await self._count(key, heard)
            except GatewayError as error:
                taken[key] = heard
                for each, left in taken.items():
                    again = self._heard.setdefault(each, _Heard(0, left.last))
                    again.events += left.events
                self.heard_some.set()
                if isinstance(error, StoreUnavailable):
                    await self._tell_urgent()
                raise

    async def _tell_urgent(self) -> None:
        """Deliver what cannot wait for the database."""
        for key, heard in [*self._heard.items()]:
            if BY_NAME[key[1]].severity is Severity.CRITICAL and await self._tell_now(key, heard):
                self._heard.pop(key, None)

    async def _count(self, key: _Key, heard: _Heard) -> None:
        rule, limit = BY_NAME[key[1]], self._limit(BY_NAME[key[1]])
        if limit is None:
            return
        await self.refresh()
        to = [kept.id for kept in self._known if kept.hears(key[0], rule.name)]
        alert_id, now = new_id("alt"), self._clock()
        queued: list[Alert] = []

        def count(known: Burst | None) -> tuple[Burst, str]:
            window = None if known is None else Window(*(getattr(known, name) for name in Burst.__slots__))
            after, events = counted(window, heard.events, limit, now, self._settings.quiet_seconds)
            burst = Burst(*(getattr(after, name) for name in Burst.__slots__))
            queued[:] = [alert_of(alert_id, rule, heard.last, events)] if events else []
            return burst, queued[0].body() if queued else ""

        left_out = await self._counted(hashlib.sha256(encode(*key)).hexdigest(), count, to, alert_id, now)
        if queued:
            logger().warning("alert", alert=alert_id, rule=rule.name, tenant=key[0], receivers=len(to) - left_out)
            self._metrics.alerts.told.labels(rule.name, "raised").inc()
            self._metrics.alerts.told.labels(rule.name, "no_room").inc(left_out)
            self.queued_some.set()

    async def _counted(self, burst_id: str, count: Counted, to: list[str], alert_id: str, now: datetime) -> int:
        try:
            return await self._store.count(burst_id, count, to, alert_id, now)
        except Conflict:  # two replicas counted the first of them: now there is a row to lock, or a receiver has gone
            await self.refresh()
            there = {kept.id for kept in self._known}
            return await self._store.count(burst_id, count, [one for one in to if one in there], alert_id, now)

    async def _tell_now(self, key: _Key, heard: _Heard) -> bool:
        """Deliver an alert without the database; whether somebody took it, or was told not long ago."""
        rule, now = BY_NAME[key[1]], self._clock()
        if self._told.get(key, now) > now:
            return True
        alert = alert_of(new_id("alt"), rule, heard.last, heard.events)
        to = [kept for kept in self._known if kept.hears(key[0], rule.name)]
        if not any([await self._deliver(kept, alert) for kept in to]):
            return False
        self._told = {each: until for each, until in self._told.items() if until > now}
        self._told[key] = now + timedelta(seconds=self._settings.quiet_seconds)
        self._metrics.alerts.told.labels(rule.name, "raised").inc()
        return True

    # --- delivering

    async def deliver_due(self) -> int:
        """Attempt what is due; how many were attempted."""
        claimed = await self._store.claim(self._clock(), CLAIM_SECONDS, CLAIMED)
        if not claimed:
            return 0
        await self.refresh()
        by_id = {kept.id: kept for kept in self._known}
        await asyncio.gather(*(self._attempt(each, by_id.get(each.receiver_id)) for each in claimed))
        return len(claimed)

    async def _attempt(self, delivery: Delivery, kept: Kept | None) -> None:
        alert = read(delivery.body)
        if kept is not None and await self._deliver(kept, alert):
            await self._store.settle(delivery, None)
            return
        now = self._clock()
        if now - delivery.created_at > timedelta(hours=self._settings.give_up_hours):
            logger().error("alert_dropped", alert=alert.id, rule=alert.rule, receiver=delivery.receiver_id)
            self._metrics.alerts.told.labels(alert.rule, "dropped").inc()
            await self._store.settle(delivery, None)
            return
        pause = min(BACKOFF_SECONDS * 2 ** min(delivery.attempts, 20), BACKOFF_SECONDS_MAX)
        pause *= random.uniform(0.5, 1)  # noqa: S311 - spreads attempts, hides nothing
        await self._store.settle(delivery, now + timedelta(seconds=pause))

    async def _deliver(self, kept: Kept, alert: Alert) -> bool:
        """Whether a receiver took an alert."""
        try:
            async with self._attempts:
                await self._deliverer.deliver(kept.receiver, alert)
        except GatewayError as error:
            logger().warning("alert_undelivered", alert=alert.id, receiver=kept.id, code=error.code)
            self._metrics.alerts.told.labels(alert.rule, "failed").inc()
            return False
        self._metrics.alerts.told.labels(alert.rule, "delivered").inc()
        return True

    async def test(self, tenant_id: str, name: str = "") -> list[tuple[str, str]]:
        """Send a test to the receivers of a tenant, or to one of them: name and error code (`""`: it took it)."""
        outcomes = []
        at = self._clock().isoformat(timespec="seconds")
        for kept in await self.receivers.all(tenant_id):
            if name in ("", kept.name):
                alert = Alert(new_id("alt"), TEST, Severity.WARNING.value, "This is a test.", tenant_id, at)
                code = ""
                try:
                    await self._deliverer.deliver(kept.receiver, alert)
                except GatewayError as error:
                    code = error.code
                outcomes.append((kept.name, code))
        return outcomes

    async def add(
        self, tenant_id: str, name: str, kind: str, given: Mapping[str, str], rules: Iterable[str]
    ) -> tuple[Kept, str]:
        """Add a receiver; arguments and answer as for `Receivers.add`.

        Raises:
            InvalidReceiver, Conflict.
            EgressRefused: its URL is not one that we would call.
        """
        return await self.receivers.add(tenant_id, name, kind, given, rules, self._clock(), self._deliverer.check)
