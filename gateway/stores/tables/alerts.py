"""Alerts: who receives them, how often what they are about happened, and what is still to be delivered.

Laws: what is counted, decided and queued is one transaction, so that of many replicas one alerts, and an alert that was
decided is not lost. A delivery is claimed for a while: a replica that dies with it gives it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment

RECEIVERS = Table(
    "alert_receivers",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("name", String(64), nullable=False),
    Column("kind", String(16), CheckConstraint("kind IN ('webhook', 'slack', 'email', 'sms')", name="kind")),
    Column("rules", String(300), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("uq_alert_receivers_name", "tenant_id", "name", unique=True),
)
RECEIVERS.c.kind.nullable = False
BURSTS = Table(
    "alert_bursts",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("events", Integer, nullable=False),
    Column("events_before", Integer, nullable=False),
    Column("quiet_until", Moment, nullable=False),
    Column("unsaid", Integer, nullable=False),
    Index("ix_alert_bursts_quiet_until", "quiet_until"),
)
QUEUE = Table(
    "alert_queue",
    METADATA,
    Column("alert_id", String(32), primary_key=True),
    Column("receiver_id", String(32), ForeignKey("alert_receivers.id"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Index("ix_alert_queue_due_at", "due_at"),
)
RECEIVERS_MAX = 20
"""Of one tenant."""
QUEUED_MAX = 1_000
"""Deliveries that wait for one receiver."""
BURST_DAYS = 2


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """A receiver. `rules`: names that it hears of; of all when there are none."""

    id: str
    tenant_id: str
    name: str
    kind: str
    rules: frozenset[str]
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Burst:
    """How often something happened: in the window that began at `began_at`, in the one before it, and since the last
    alert about it."""

    began_at: datetime
    events: int
    events_before: int
    quiet_until: datetime
    unsaid: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert for one receiver."""

    alert_id: str
    receiver_id: str
    body: str
    attempts: int
    created_at: datetime


Counted = Callable[[Burst | None], tuple[Burst, str]]
"""From what was counted so far to what is counted now, and the body of an alert, `""` for none."""


class AlertStore:
    """Receivers, counts and the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: ReceiverRow, now: datetime) -> None:
        """Add a receiver.

        Raises:
            Conflict: its tenant has one of that name, or as many as it may.
        """
        values = {"id": row.id, "tenant_id": row.tenant_id, "name": row.name, "kind": row.kind, "created_at": now}
        async with self._database.write() as connection:
            counted = select(func.count()).select_from(RECEIVERS).where(RECEIVERS.c.tenant_id == row.tenant_id)
            if int(await connection.scalar(counted) or 0) >= RECEIVERS_MAX:
                raise Conflict
            rules = " ".join(sorted(row.rules))
            await connection.execute(RECEIVERS.insert().values({**values, "rules": rules, "sealed": row.sealed}))

    async def remove(self, tenant_id: str, name: str) -> None:
        """Take a receiver away, with what waits for it.

        Raises:
            NotFound: there is none.
        """
        async with self._database.write() as connection:
            wanted = select(RECEIVERS.c.id).where(RECEIVERS.c.tenant_id == tenant_id, RECEIVERS.c.name == name)
            found = await connection.scalar(wanted)
            if found is None:
                raise NotFound
            await connection.execute(delete(QUEUE).where(QUEUE.c.receiver_id == found))
            await connection.execute(delete(RECEIVERS).where(RECEIVERS.c.id == found))

    async def receivers(self, tenant_id: str | None = None) -> list[ReceiverRow]:
        """All receivers, or those of one tenant."""
        wanted = select(RECEIVERS).order_by(RECEIVERS.c.tenant_id, RECEIVERS.c.name)
        if tenant_id is not None:
            wanted = wanted.where(RECEIVERS.c.tenant_id == tenant_id)
        async with self._database.read() as connection:
            return [
                ReceiverRow(row.id, row.tenant_id, row.name, row.kind, frozenset(row.rules.split()), row.sealed)
                for row in await connection.execute(wanted)
            ]

    async def count(
        self, burst_id: str, counted: Counted, receivers: Sequence[str], alert_id: str, now: datetime
    ) -> int:
        """Count what happened, and queue an alert where one is due; for how many receivers there was no room.

        Args:
            burst_id: what is counted together.
            counted: decides.
            receivers: ids of those that an alert goes to.
            alert_id: of the alert, should there be one.
            now: the time.

        Raises:
            Conflict: another replica counted at the same moment: try again.
        """
        async with self._database.write() as connection:
            wanted = select(BURSTS).where(BURSTS.c.id == burst_id).with_for_update()
            row = (await connection.execute(wanted)).first()
            known = Burst(*row[1:]) if row is not None else None
            burst, body = counted(known)
            values = {name: getattr(burst, name) for name in Burst.__slots__}
            if row is None:
                await connection.execute(BURSTS.insert().values({"id": burst_id, **values}))
            else:
                await connection.execute(update(BURSTS).where(BURSTS.c.id == burst_id).values(values))
            if not body or not receivers:
                return 0
            waiting = select(QUEUE.c.receiver_id, func.count()).where(QUEUE.c.receiver_id.in_(receivers))
            full = {
                receiver
                for receiver, number in await connection.execute(waiting.group_by(QUEUE.c.receiver_id))
                if number >= QUEUED_MAX
            }
            rows = [
                {
                    "alert_id": alert_id,
                    "receiver_id": one,
                    "body": body,
                    "attempts": 0,
                    "created_at": now,
                    "due_at": now,
                }
                for one in receivers
                if one not in full
            ]
            if rows:
                await connection.execute(QUEUE.insert(), rows)
            return len(full)

    async def claim(self, now: datetime, seconds: float, limit: int) -> list[Delivery]:
        """Take some deliveries that are due; unless they are settled, they are due again after so many seconds."""
        due = select(QUEUE.c.alert_id, QUEUE.c.receiver_id).where(QUEUE.c.due_at <= now)
        due = due.order_by(QUEUE.c.due_at).limit(limit).with_for_update(skip_locked=True)
        async with self._database.write() as connection:
            wanted = (await connection.execute(due)).all()
            if not wanted:
                return []
            ours = or_(*((QUEUE.c.alert_id == a) & (QUEUE.c.receiver_id == r) for a, r in wanted))
            taken = update(QUEUE).where(ours).values(due_at=now + timedelta(seconds=seconds)).returning(*QUEUE.c)
            return [
                Delivery(row.alert_id, row.receiver_id, row.body, row.attempts, row.created_at)
                for row in await connection.execute(taken)
            ]

    async def waiting(self) -> int:
        """Deliveries that are not done with."""
        async with self._database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(QUEUE)) or 0)

    async def settle(self, delivery: Delivery, due_at: datetime | None) -> None:
        """A claimed delivery is done with (None), or is to be tried again at `due_at`."""
        one = (QUEUE.c.alert_id == delivery.alert_id) & (QUEUE.c.receiver_id == delivery.receiver_id)
        again = update(QUEUE).where(one).values(due_at=due_at, attempts=delivery.attempts + 1)
        async with self._database.write() as connection:
            await connection.execute(delete(QUEUE).where(one) if due_at is None else again)

    async def forget(self, now: datetime) -> None:
        """Drop the counts of what has long been quiet."""
        old = now - timedelta(days=BURST_DAYS)
        async with self._database.write() as connection:
            await connection.execute(delete(BURSTS).where(BURSTS.c.quiet_until < old, BURSTS.c.began_at < old))
