"""Alerts, opened and closed in one place: what counts, what delivers and what forgets run beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from gateway.alerts.delivery import Deliverer
from gateway.alerts.receivers import KEY_NAME, Receivers
from gateway.alerts.rules import BY_NAME
from gateway.alerts.station import CLAIMED, Alerts
from gateway.audit.opened import Audit
from gateway.background import in_background
from gateway.control import Control
from gateway.egress import Egress
from gateway.errors import ConfigurationError, GatewayError
from gateway.observe.log import describe, logger
from gateway.observe.metrics import Metrics
from gateway.settings.alerts import AlertSettings
from gateway.stores.database import Database
from gateway.stores.opened import Stores
from gateway.stores.tables.alerts import AlertStore

GATHER_SECONDS = 0.1
"""What happens within it is counted together."""
POLL_SECONDS = 2.0
REFRESH_SECONDS = 30.0
FORGET_SECONDS = 3600.0
CLOSE_SECONDS = 5.0
"""What is under way at the end has so long."""
_Step = Callable[[Alerts], Awaitable[None]]


def make_alerts(
    settings: AlertSettings,
    database: Database,
    derive: Callable[[str], bytes],
    egress: Egress,
    metrics: Metrics,
    clock: Callable[[], datetime],
) -> Alerts:
    """Alerts that nothing runs yet.

    Args:
        settings: of alerts.
        database: with the receivers and the queue.
        derive: makes keys of the installation.
        egress: the way out.
        metrics: of the process.
        clock: the time now, in UTC.

    Raises:
        ConfigurationError: the settings name an unknown rule.
    """
    for name in settings.rules:
        if name not in BY_NAME:
            raise ConfigurationError(f"`alerts.rules.{name}` is no rule.", cure=f"Known: {', '.join(BY_NAME)}.")
    store = AlertStore(database)
    deliverer = Deliverer(egress, settings.smtp, lambda: clock().timestamp())
    return Alerts(store, Receivers(store, derive(KEY_NAME)), deliverer, settings, metrics, clock)


@asynccontextmanager
async def open_alerts(
    settings: AlertSettings, stores: Stores, control: Control, audit: Audit, egress: Egress, metrics: Metrics
) -> AsyncIterator[Alerts]:
    """Hear what is recorded, and run alerts while the block runs; what was heard is counted before it ends.

    Raises:
        ConfigurationError: the settings name an unknown rule.
    """
    alerts = make_alerts(settings, stores.database, control.master.derive, egress, metrics, control.clock)
    audit.log.listen(alerts.hear)
    control.events.attach(alerts.hear_control)
    with suppress(GatewayError):
        await alerts.refresh()
    steps: tuple[tuple[_Step, _Step], ...] = (
        (_heard, Alerts.count_heard),
        (_queued, _deliver),
        (_later, Alerts.forget),
        (_soon, Alerts.refresh),
    )
    try:
        async with in_background("alerts", *(_for_ever(wait, work, alerts) for wait, work in steps)):
            yield alerts
    finally:
        try:
            await alerts.count_heard()
        except GatewayError as error:
            logger().error("alerts_lost", **describe(error))


async def _for_ever(wait: _Step, work: _Step, alerts: Alerts) -> None:
    while True:
        await wait(alerts)  # a cancellation comes here; work that is cancelled may leave a driver's connection hanging
        working = asyncio.create_task(_worked(work, alerts))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            await asyncio.wait([working], timeout=CLOSE_SECONDS)
            raise


async def _worked(work: _Step, alerts: Alerts) -> None:
    try:
        await work(alerts)
    except GatewayError:
        await asyncio.sleep(POLL_SECONDS)
    except Exception as error:  # noqa: BLE001 - the loop must go on
        logger().error("alerts_failed", **describe(error))
        await asyncio.sleep(POLL_SECONDS)


async def _heard(alerts: Alerts) -> None:
    await alerts.heard_some.wait()
    await asyncio.sleep(GATHER_SECONDS)
    alerts.heard_some.clear()


async def _queued(alerts: Alerts) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_SECONDS):
            await alerts.queued_some.wait()
    alerts.queued_some.clear()


async def _deliver(alerts: Alerts) -> None:
    while await alerts.deliver_due() == CLAIMED:
        pass


async def _soon(_: Alerts) -> None:
    await asyncio.sleep(REFRESH_SECONDS)


async def _later(_: Alerts) -> None:
    await asyncio.sleep(FORGET_SECONDS)
