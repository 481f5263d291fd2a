"""Which canary an agent has now: one that has become known is followed by the next, on all replicas.

A replica reads an epoch again when what it knows is `FRESH_SECONDS` old. Until then it may still plant the canary of
the epoch before, which all of them watch for: nothing gets out for it, that word is only known already.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Integer, String, Table, and_, select, update

from gateway.errors.stores import Conflict, StoreUnavailable
from gateway.stores.database import Database
from gateway.stores.schema import METADATA, Moment

CANARY_EPOCHS = Table(
    "canary_epochs",
    METADATA,
    Column("tenant_id", String(32), primary_key=True),
    Column("agent", String(64), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("turned_at", Moment, nullable=False),
)
FRESH_SECONDS = 5.0
REMEMBERED_MAX = 10_000
"""Agents whose epoch is remembered; what is forgotten is read again."""


class CanaryEpochs:
    """By tenant and agent. One a process."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._known: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    async def of(self, tenant_id: str, agent: str) -> int:
        """The epoch of now; the first is 0.

        Raises:
            StoreUnavailable: it was never read, and cannot be.
        """
        now = self._clock()
        epoch, until = self._known.get((tenant_id, agent), (None, 0.0))
        if epoch is not None and now < until:
            return epoch
        if epoch is not None:
            self._remember(tenant_id, agent, epoch)  # others go on with it while this one reads
        try:
            async with self._database.read() as connection:
                wanted = select(CANARY_EPOCHS.c.epoch).where(_is(tenant_id, agent))
                epoch = int(await connection.scalar(wanted) or 0)
        except StoreUnavailable:
            if epoch is None:
                raise
        self._remember(tenant_id, agent, epoch)
        return epoch

    async def turn(self, tenant_id: str, agent: str, seen: int, now: datetime) -> bool:
        """The canary of an epoch was seen where it should not be: the next one begins, once for all who saw it.

        Args:
            tenant_id, agent: whose.
            seen: the epoch of the word that was seen.
            now: the time, for the record.

        Returns:
            Whether this call turned it; another one, or replica, may have been first.
        """
        moved = update(CANARY_EPOCHS).where(_is(tenant_id, agent), CANARY_EPOCHS.c.epoch == seen)
        values = {"tenant_id": tenant_id, "agent": agent, "epoch": seen + 1, "turned_at": now}
        self._known.pop((tenant_id, agent), None)
        try:
            async with self._database.write() as connection:
                done = (await connection.execute(moved.values(epoch=seen + 1, turned_at=now))).rowcount == 1
                if not done and seen == 0:
                    await connection.execute(CANARY_EPOCHS.insert().values(values))
                    done = True
        except Conflict:
            return False
        return done

    def _remember(self, tenant_id: str, agent: str, epoch: int) -> None:
        self._known[tenant_id, agent] = epoch, self._clock() + FRESH_SECONDS
        self._known.move_to_end((tenant_id, agent))
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)


def _is(tenant_id: str, agent: str) -> ColumnElement[bool]:
    return and_(CANARY_EPOCHS.c.tenant_id == tenant_id, CANARY_EPOCHS.c.agent == agent)
