"""Alerts on both databases: once for a burst on all replicas, and delivered however long a receiver is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.alerts.opened import make_alerts
from gateway.alerts.rules import RULES
from gateway.alerts.signature import HEADER, problem
from gateway.alerts.station import BACKOFF_SECONDS_MAX, CLAIM_SECONDS, Alerts
from gateway.audit.event import SYSTEM, AuditEvent, Kind, Value
from gateway.egress import Egress
from gateway.errors import ConfigurationError
from gateway.errors.egress import EgressRefused
from gateway.errors.stores import Conflict, NotFound, StoreUnavailable
from gateway.observe.events import ControlEvent
from gateway.observe.metrics import Metrics
from gateway.settings.alerts import AlertRuleSettings, AlertSettings
from gateway.stores.database import Database, open_database
from gateway.stores.tables import alerts as tables
from tests.fakes.receivers import Receiver, serve_receiver
from tests.unit.gateway.alerts.test_rules import EVENTS

SECRET = "a-secret-of-these-tests"


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with serve_receiver() as served:
        yield served


@asynccontextmanager
async def replica(
    database: Database, receiver: Receiver, clock: Clock, settings: AlertSettings | None = None
) -> AsyncIterator[Alerts]:
    async with Egress(frozenset({receiver.origin})) as egress:
        yield make_alerts(
            settings or AlertSettings(), database, lambda name: name.encode().ljust(32), egress, Metrics(), clock
        )


def event(kind: Kind, **fields: Value) -> AuditEvent:
    return AuditEvent(kind, "t", 1_700_000_000_000_000, "req_1", fields)


async def webhook(alerts: Alerts, receiver: Receiver, tenant: str = SYSTEM, name: str = "ops") -> None:
    await alerts.add(tenant, name, "webhook", {"url": receiver.url, "secret": SECRET}, [])


def rules_of(receiver: Receiver) -> list[str]:
    return sorted(json.loads(body)["rule"] for _, _, body in receiver.taken)


async def test_each_rule_fires_once_for_a_burst_on_all_replicas(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    async with replica(database, receiver, clock) as one, replica(database, receiver, clock) as two:
        await webhook(one, receiver)
        for _ in range(3):
            for alerts in (one, two):
                for kind, fields in EVENTS.values():
                    for _ in range(60):
                        alerts.hear(event(kind, **fields))
            await asyncio.gather(one.count_heard(), two.count_heard())
            clock.on(5)
        while await one.deliver_due() + await two.deliver_due():
            pass
        assert rules_of(receiver) == sorted(rule.name for rule in RULES)
        for _, headers, body in receiver.taken:
            assert problem(body, headers[HEADER], [SECRET], clock.now.timestamp()) == ""


async def test_a_receiver_that_is_down_for_an_hour_and_a_restart(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    receiver.is_up = False
    async with replica(database, receiver, clock) as alerts:
        await webhook(alerts, receiver)
        alerts.hear(event(Kind.THEFT, key_id="k1"))
        await alerts.count_heard()
        for _ in range(90):
            await alerts.deliver_due()
            clock.on(20)
    assert 5 < receiver.attempts < 25, "it backs off"
    async with replica(database, receiver, clock) as alerts:
        for _ in range(90):
            await alerts.deliver_due()
            clock.on(20)
        receiver.is_up = True
        clock.on(BACKOFF_SECONDS_MAX)
        await alerts.deliver_due()
        await alerts.deliver_due()
    ((_, headers, body),) = receiver.taken
    assert json.loads(body)["details"] == {"key_id": "k1"}
    assert problem(body, headers[HEADER], [SECRET], clock.now.timestamp()) == "", "signed when it was sent"


async def test_a_replica_that_dies_gives_its_delivery_back(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    async with replica(database, receiver, clock) as alerts:
        await webhook(alerts, receiver)
        alerts.hear(event(Kind.SEAL))
        await alerts.count_heard()
        store = tables.AlertStore(database)
        claims = await asyncio.gather(*(store.claim(clock.now, CLAIM_SECONDS, 5) for _ in range(4)))
        assert sum(map(len, claims)) == 1, "claimed by one"
        assert await alerts.deliver_due() == 0
        clock.on(CLAIM_SECONDS)
        assert await alerts.deliver_due() == 1
    assert len(receiver.taken) == 1


async def test_who_hears_of_what(database: Database, receiver: Receiver) -> None:
    async with replica(database, receiver, Clock()) as alerts:
        for name, tenant, rules in (("all", SYSTEM, []), ("own", "t", []), ("other", "u", []), ("few", "t", ["seal"])):
            given = {"url": f"{receiver.origin}/{name}", "secret": SECRET}
            await alerts.add(tenant, name, "webhook", given, rules)
        alerts.hear(event(Kind.THEFT))
        await alerts.count_heard()
        await alerts.deliver_due()
        assert sorted(path for path, _, _ in receiver.taken) == ["/all", "/own"]
        with pytest.raises(Conflict):
            await webhook(alerts, receiver, name="all")
        await alerts.receivers.remove(SYSTEM, "all")
        with pytest.raises(NotFound):
            await alerts.receivers.remove("t", "other")
        with pytest.raises(EgressRefused):
            await alerts.add("t", "inside", "slack", {"url": "https://169.254.169.254/x"}, [])


async def test_what_is_kept_is_sealed_and_bounded(
    database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, settings = Clock(), AlertSettings(give_up_hours=1)
    monkeypatch.setattr(tables, "QUEUED_MAX", 3)
    receiver.is_up = False
    async with replica(database, receiver, clock, settings) as alerts:
        await webhook(alerts, receiver)
        (row,) = await tables.AlertStore(database).receivers()
        assert SECRET.encode() not in row.sealed
        assert b"http" not in row.sealed
        for number in range(6):
            alerts.hear(event(Kind.THEFT, key_id=f"k{number}"))
        await alerts.count_heard()
        assert await alerts.deliver_due() == 3
        clock.on(7200)
        assert await alerts.deliver_due() == 3, "the last attempt"
        clock.on(7200)
        assert await alerts.deliver_due() == 0, "dropped, and in the log"
        assert (await alerts.test(SYSTEM)) == [("ops", "alert_undelivered")]


async def test_rules_are_the_operators_to_set(database: Database, receiver: Receiver) -> None:
    rules = {"theft": AlertRuleSettings(enabled=False), "blocks": AlertRuleSettings(events=2)}
    async with replica(database, receiver, Clock(), AlertSettings(rules=rules)) as alerts:
        await webhook(alerts, receiver)
        for kind in (Kind.THEFT, Kind.BLOCK, Kind.BLOCK):
            alerts.hear(event(kind))
        await alerts.count_heard()
        await alerts.deliver_due()
        assert rules_of(receiver) == ["blocks"]
    with pytest.raises(ConfigurationError, match="thefts"):
        async with replica(database, receiver, Clock(), AlertSettings(rules={"thefts": AlertRuleSettings()})):
            pass


async def test_the_urgent_are_told_while_the_database_is_away(receiver: Receiver, tmp_path: Path) -> None:
    from gateway.stores.migrate import migrate

    clock, database = Clock(), open_database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    await migrate(database)
    async with replica(database, receiver, clock) as alerts:
        await webhook(alerts, receiver)
        await alerts.refresh()
        gone = open_database("postgresql://nobody@127.0.0.1:1/none")
        alerts._store._database = gone
        for _ in range(3):
            alerts.hear_control(ControlEvent("audit.unavailable", ""))
            alerts.hear(event(Kind.BUDGET))
            for _ in range(2):
                with pytest.raises(StoreUnavailable):
                    await alerts.count_heard()
        assert rules_of(receiver) == ["audit"], "once for the burst"
        alerts._store._database = database
        await alerts.count_heard()
        await alerts.deliver_due()
        assert rules_of(receiver) == ["audit", "budget"], "what could wait has waited, and nothing is told twice"
        await gone.close()
    await database.close()
