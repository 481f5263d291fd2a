"""The requests that are open: their leases are renewed, and what could not be settled is settled later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import replace

from gateway.errors import GatewayError
from gateway.errors.stores import StoreUnavailable
from gateway.metering.ledger import UsageLedger
from gateway.observe.log import describe, logger
from gateway.observe.metrics import Metrics
from gateway.spend.gates import Entry, Leaving
from gateway.stores.meter import Meter

RENEW_SECONDS = 20.0
"""Three times in a lease (`Entry.lease_seconds`)."""
RETRY_SECONDS = 0.5
UNSETTLED_MAX = 100_000
"""More are forgotten by the counters; the record has their cost, and counters are filled from it."""
TOGETHER = 500


class Leases:
    """One a process; open with `async with`."""

    def __init__(self, meter: Meter, ledger: UsageLedger, metrics: Metrics) -> None:
        self._meter, self._ledger, self._metrics = meter, ledger, metrics
        self._open: dict[str, Entry] = {}
        self._unsettled: deque[Leaving] = deque(maxlen=UNSETTLED_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def __aenter__(self) -> Leases:
        self._tasks = {asyncio.create_task(self._renew_on()), asyncio.create_task(self._settle_on())}
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        waiting = list(self._unsettled)
        if waiting:
            try:
                await self._meter.leave(waiting)
            except GatewayError as error:
                logger().warning("unsettled", requests=len(waiting), **describe(error))

    def opened(self, entry: Entry) -> None:
        """A request came in."""
        self._open[entry.ticket] = entry

    async def settle(self, leaving: Leaving) -> None:
        """A request is over; when the store cannot be told now, it is told later."""
        self._open.pop(leaving.entry.ticket, None)
        try:
            await self._meter.leave([leaving])
        except StoreUnavailable:
            self._later(leaving)
        except asyncio.CancelledError:
            self._later(leaving)
            raise

    def settle_soon(self, leaving: Leaving) -> None:
        """The same, without waiting."""
        self._open.pop(leaving.entry.ticket, None)
        self._later(leaving)

    def _later(self, leaving: Leaving) -> None:
        self._unsettled.append(leaving)
        self._metrics.spend.unsettled.set(len(self._unsettled))
        self._wake.set()

    async def _settle_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._unsettled:
                if not await self._settle_some():
                    await asyncio.sleep(RETRY_SECONDS)
                self._metrics.spend.unsettled.set(len(self._unsettled))

    async def _settle_some(self) -> bool:
        some = [self._unsettled.popleft() for _ in range(min(len(self._unsettled), TOGETHER))]
        try:
            # Their cost is in the record before the store is asked: who filled a counter from it has counted them.
            await self._ledger.flush()
            written = time.time_ns() // 1000
            some = [replace(one, written_us=one.written_us or written) for one in some]
            await self._meter.leave(some)
        except GatewayError:
            self._unsettled.extendleft(reversed(some))
            return False
        except asyncio.CancelledError:
            self._unsettled.extendleft(reversed(some))
            raise
        return True

    async def _renew_on(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            entries = list(self._open.values())
            try:
                await self._meter.renew(entries)
            except GatewayError as error:
                logger().warning("unrenewed", requests=len(entries), **describe(error))
