"""What was used is written, however the database is, and once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from gateway.errors.stores import StoreUnavailable
from gateway.metering import ledger as ledgers
from gateway.metering.leases import Leases
from gateway.metering.ledger import UsageLedger
from gateway.observe.metrics import Metrics
from gateway.spend.gates import Entry, Leaving, Purse
from gateway.stores.meter_memory import MemoryMeter
from gateway.stores.tables.usage import Alike, Person, UsageStore, Used

KEY = b"k" * 32
ROW = Alike("t", "2026-11-24", agent="a")


class Store(UsageStore):
    """Keeps rows in a dict; fails while it is `away`."""

    def __init__(self) -> None:
        self.rows: dict[Alike, Used] = {}
        self.away = False

    async def add(self, rows: Mapping[Alike, Used], people: Sequence[Person] = ()) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise StoreUnavailable
        for alike, used in rows.items():
            self.rows[alike] = self.rows.get(alike, Used()).plus(used)

    async def prune(self, before_day: str) -> int:
        if self.away:
            raise StoreUnavailable
        return 0


async def test_what_cannot_be_written_is_kept_and_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "RETRY_SECONDS", 0.01)
    store = Store()
    store.away = True
    async with UsageLedger(store, KEY, Metrics()) as ledger:
        ledger.note(ROW, Used(1, cost_nano=5))
        with pytest.raises(StoreUnavailable):
            await ledger.flush()
        ledger.note(ROW, Used(1, cost_nano=7))
        store.away = False
        await ledger.flush()
        assert store.rows == {ROW: Used(2, cost_nano=12)}
        await asyncio.gather(*(ledger.flush() for _ in range(3)))
        ledger.note(ROW, Used(1, cost_nano=1))
    assert store.rows == {ROW: Used(3, cost_nano=13)}, "what was noted is written before the end"


async def test_beyond_the_cap_money_is_kept_under_fewer_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "ALIKE_MAX", 2)
    store = Store()
    async with UsageLedger(store, KEY, Metrics()) as ledger:
        for number in range(50):
            ledger.note(
                Alike("t", "2026-11-24", agent="a", model=f"m{number}", tags=f"x={number}"), Used(1, cost_nano=1)
            )
        await ledger.flush()
    assert sum(used.cost_nano for used in store.rows.values()) == 50
    assert len(store.rows) == 3


async def test_costs_that_the_counters_could_not_take_are_settled_later() -> None:
    class Meter(MemoryMeter):
        away = True

        async def leave(self, leaving: Sequence[Leaving]) -> None:
            if self.away:
                raise StoreUnavailable
            await super().leave(leaving)

    meter, money = Meter(), Purse("p", "agent day", 1000, 4_000_000_000)
    await meter.seed(money, 0)
    entry = Entry("one", purses=(money,), reserve=100)
    came = await meter.enter(entry)
    async with UsageLedger(Store(), KEY, Metrics()) as ledger, Leases(meter, ledger, Metrics()) as leases:
        leases.opened(entry)
        await leases.settle(Leaving(entry, 30, came.at_us))
        held = (await meter.enter(Entry("two", purses=(money,)))).purses[0]
        assert held is not None
        assert (held.spent, held.held) == (0, 100), "until it is known, it counts as reserved"
        meter.away = False
        async with asyncio.timeout(5):
            while held.spent != 30:
                await asyncio.sleep(0.05)
                held = (await meter.enter(Entry(f"{held}", purses=(money,)))).purses[0]
                assert held is not None


def test_pseudonyms_are_of_a_tenant() -> None:
    async def main() -> None:
        one = UsageLedger(Store(), KEY, Metrics())
        assert one.person("t", "jane") == one.pseudonym("t", "jane") != one.pseudonym("u", "jane")
        assert one.pseudonym("t1", "x") != one.pseudonym("t", "1x")
        assert one.person("t", "") == ""

    asyncio.run(main())
