"""Rates, slots and money: one suite for the meter in memory and the one in Redis."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from gateway.errors import Overloaded
from gateway.errors.stores import StoreUnavailable
from gateway.spend.gates import US, Entry, Leaving, Purse, PurseState, Rate, RateState, Slots, refusal
from gateway.stores import meter_memory
from gateway.stores.meter import Meter
from gateway.stores.meter_memory import MemoryMeter
from gateway.stores.meter_redis import RedisMeter
from gateway.stores.redis import RedisShared, open_redis
from tests import servers

Connect = Callable[[], Meter]
TOMORROW = int(time.time()) + 86_400


def fresh() -> str:
    return secrets.token_hex(8)


def purse(key: str, cap: int = 100, **more: object) -> Purse:
    return replace(Purse(key, "agent day", cap, TOMORROW), **more)  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "redis"])
async def meters(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    """Makes connections to one and the same meter."""
    if request.param == "memory":
        one = MemoryMeter()
        yield lambda: one
        return
    url = request.getfixturevalue("redis_server").url
    opened: list[RedisShared] = []

    def another() -> Meter:
        opened.append(open_redis(url))
        return RedisMeter(opened[-1].client)

    yield another
    for shared in opened:
        await shared.close()


async def test_no_stretch_of_the_window_has_more_than_its_most(meters: Connect) -> None:
    one, two, rate = meters(), meters(), Rate(fresh(), "r", 3, 1)
    admitted: list[int] = []
    states: list[RateState] = []
    for at in range(5):
        outcome = await (one, two)[at % 2].enter(Entry(fresh(), (rate,)))
        states.append(outcome.rates[0])
        if outcome.is_in:
            admitted.append(outcome.at_us)
        else:
            said = outcome.rates[0].next_us
            assert 0 < said <= US
            await asyncio.sleep(said / US + 0.002)
            again = await two.enter(Entry(fresh(), (rate,)))
            assert again.is_in, "what Retry-After says holds"
            admitted.append(again.at_us)
    assert [state.used for state in states[:4]] == [0, 1, 2, 3]
    assert all(later - first >= US for first, later in zip(admitted, admitted[3:], strict=False))
    assert len(admitted) == 5


async def test_slots_are_given_back_and_leases_end(meters: Connect) -> None:
    one, two, slots = meters(), meters(), Slots(fresh(), "s", 1)

    def entry() -> Entry:
        return Entry(fresh(), slots=(slots,), lease_seconds=1)

    first, second = entry(), entry()
    came = await one.enter(first)
    assert (came.is_in, came.slots) == (True, (0,))
    assert not (await two.enter(second)).is_in
    await two.leave([Leaving(first, 0, came.at_us)])
    assert (await two.enter(second)).is_in
    await asyncio.sleep(0.6)
    await one.renew([second])
    await asyncio.sleep(0.6)
    assert not (await one.enter(entry())).is_in, "a renewed lease goes on"
    await asyncio.sleep(0.5)
    assert (await two.enter(entry())).is_in, "whoever does not renew has gone"


async def test_a_hundred_at_the_edge_overdraw_by_less_than_one_reserve(meters: Connect) -> None:
    replicas = [meters(), meters()]
    money, reserve = purse(fresh(), cap=1000), 70
    await replicas[0].seed(money, 800)
    entries = [Entry(fresh(), purses=(money,), reserve=reserve) for _ in range(100)]
    outcomes = await asyncio.gather(*(replicas[at % 2].enter(entry) for at, entry in enumerate(entries)))
    admitted = [(entry, out) for entry, out in zip(entries, outcomes, strict=True) if out.is_in]
    assert len(admitted) == 3, "800, 870, 940 are below the cap, 1010 is not"
    refused = next((entry, out) for entry, out in zip(entries, outcomes, strict=True) if not out.is_in)
    found = refusal(*refused)
    assert found is not None
    assert found.is_held, "it is not spent yet: others may cost less than they hold"
    await replicas[1].leave([Leaving(entry, 30, out.at_us) for entry, out in admitted])
    after = await replicas[0].enter(Entry(fresh(), purses=(money,), reserve=1))
    assert after.is_in
    assert after.purses == (PurseState(890, 0),)


async def test_all_or_nothing(meters: Connect) -> None:
    meter, rate, slots, money = meters(), Rate(fresh(), "r", 5, 60), Slots(fresh(), "s", 1), purse(fresh())
    await meter.seed(money, 0)
    assert (await meter.enter(Entry(fresh(), (rate,), (slots,), (money,), 10))).is_in
    refused = await meter.enter(Entry(fresh(), (rate,), (slots,), (money,), 10))
    assert not refused.is_in
    unknown = await meter.enter(Entry(fresh(), (rate,), (), (money, purse(fresh())), 10))
    assert (unknown.is_in, unknown.purses[1]) == (False, None)
    states = await meter.enter(Entry(fresh(), (rate,), (), (money,), 10))
    assert (states.rates[0].used, states.purses) == (1, (PurseState(0, 10),))


async def test_what_is_not_known_is_told_once(meters: Connect) -> None:
    meter, money = meters(), purse(fresh())
    await meter.seed(money, 40)
    await meters().seed(money, 0)
    assert (await meter.enter(Entry(fresh(), purses=(money,)))).purses == (PurseState(40, 0),)


async def test_a_purse_that_only_warns_lets_in(meters: Connect) -> None:
    meter, money = meters(), purse(fresh(), cap=10, blocks=False)
    await meter.seed(money, 10)
    assert (await meter.enter(Entry(fresh(), purses=(money,), reserve=5))).is_in


async def test_a_lease_that_ends_is_charged_and_the_true_cost_takes_its_place(meters: Connect) -> None:
    meter, money = meters(), purse(fresh(), cap=1000)
    await meter.seed(money, 0)
    lost = Entry(fresh(), purses=(money,), reserve=100, lease_seconds=1)
    came = await meter.enter(lost)
    await asyncio.sleep(1.1)
    probe = Entry(fresh(), purses=(money,))
    assert (await meter.enter(probe)).purses == (PurseState(100, 0),)
    for _ in range(2):  # an answer may be lost, and the same said again
        await meter.leave([Leaving(lost, 7, came.at_us)])
        assert (await meter.enter(replace(probe, ticket=fresh()))).purses == (PurseState(7, 0),)


async def test_a_cost_is_counted_once(meters: Connect) -> None:
    meter, money = meters(), purse(fresh(), cap=1000)
    await meter.seed(money, 0)
    entry = Entry(fresh(), purses=(money,), reserve=100)
    came = await meter.enter(entry)
    for _ in range(3):
        await meter.leave([Leaving(entry, 60, came.at_us)])
    assert (await meter.enter(Entry(fresh(), purses=(money,)))).purses == (PurseState(60, 0),)


async def test_after_a_loss_of_data_costs_are_neither_lost_nor_counted_twice() -> None:
    with servers.redis() as server:
        shared = open_redis(server.url)
        meter, money = RedisMeter(shared.client), purse(fresh(), cap=1000)
        await meter.seed(money, 500)
        entries = [Entry(fresh(), purses=(money,), reserve=100) for _ in range(2)]
        outcomes = [await meter.enter(entry) for entry in entries]
        server.stop()
        calls = (meter.enter(entries[0]), meter.seed(money, 1), meter.renew(entries), meter.leave([]))
        for call in calls[:3]:
            with pytest.raises(StoreUnavailable):
                await call
        await calls[3]
        server.start()
        probe = Entry(fresh(), purses=(money,))
        assert (await meter.enter(probe)).purses == (None,)
        # The record has the cost of the first request, and not yet that of the second.
        written = int(time.time() * US)
        await asyncio.sleep(0.01)
        await meter.seed(money, 530)
        await meter.leave([Leaving(entries[0], 30, outcomes[0].at_us, written)])
        for _ in range(2):
            await meter.leave([Leaving(entries[1], 20, outcomes[1].at_us)])
        assert (await meter.enter(probe)).purses == (PurseState(550, 0),)
        await shared.close()


async def test_more_at_once_than_connections_is_no_outage() -> None:
    with servers.redis() as server:
        shared = open_redis(server.url, connections=2)
        meter, rate = RedisMeter(shared.client), Rate(fresh(), "r", 50, 60)
        outcomes = await asyncio.gather(*(meter.enter(Entry(fresh(), (rate,))) for _ in range(60)))
        assert sum(outcome.is_in for outcome in outcomes) == 50
        await shared.close()


async def test_both_meters_say_the_same(redis_server: servers.RedisServer) -> None:
    """Random rows of what can happen, without waiting: the two differ in their clocks only."""
    shared = open_redis(redis_server.url)
    rand = random.Random(8)
    pair: tuple[Meter, Meter] = MemoryMeter(), RedisMeter(shared.client)
    for _ in range(3):
        rates = (Rate(fresh(), "a", 4, 3600), Rate(fresh(), "b", 9, 7200))
        slots, purses = (Slots(fresh(), "s", 3),), (purse(fresh(), 500), purse(fresh(), 900, blocks=False))
        entered: list[tuple[Entry, list[int]]] = []
        for _ in range(60):
            step = rand.random()
            if step < 0.5:
                entry = Entry(
                    fresh(),
                    tuple(rate for rate in rates if rand.random() < 0.2),
                    slots if rand.random() < 0.5 else (),
                    tuple(one for one in purses if rand.random() < 0.8),
                    rand.randrange(90),
                )
                one, two = [await meter.enter(entry) for meter in pair]
                same = (one.is_in, one.slots, one.purses, [state.used for state in one.rates])
                assert same == (two.is_in, two.slots, two.purses, [state.used for state in two.rates])
                entered += [(entry, [one.at_us, two.at_us])] if one.is_in else []
            elif step < 0.75 and entered:
                entry, at = rand.choice(entered)
                cost = rand.randrange(90)
                for meter, at_us in zip(pair, at, strict=True):
                    await meter.leave([Leaving(entry, cost, at_us)])
            elif step < 0.85 and entered:
                for meter in pair:
                    await meter.renew([entered[0][0]])
            else:
                told = rand.choice(purses), rand.randrange(300)
                for meter in pair:
                    await meter.seed(*told)
    await shared.close()


async def test_counters_in_memory_are_bounded_and_never_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_memory, "COUNTERS_MAX", 2)
    now = [1000.0]
    meter = MemoryMeter(lambda: now[0])
    for key in ("a", "b"):
        await meter.enter(Entry(fresh(), (Rate(key, key, 1, 10),)))
    with pytest.raises(Overloaded):
        await meter.enter(Entry(fresh(), (Rate("c", "c", 1, 10),)))
    assert not (await meter.enter(Entry(fresh(), (Rate("a", "a", 1, 10),)))).is_in
    now[0] += 10
    assert (await meter.enter(Entry(fresh(), (Rate("c", "c", 1, 10),)))).is_in


def test_a_defect_would_show() -> None:
    """A store that looks first and takes later lets all of a hundred in."""

    class Racing(MemoryMeter):
        async def enter(self, entry: Entry) -> object:  # type: ignore[override]
            free = Entry(entry.ticket, entry.rates, entry.slots, entry.purses, 0)
            looked = await MemoryMeter.enter(self, free)
            await asyncio.sleep(0)
            return looked

    async def main() -> int:
        meter, money = Racing(), purse(fresh(), cap=1000)
        await meter.seed(money, 800)
        entries = [Entry(fresh(), purses=(money,), reserve=70) for _ in range(100)]
        outcomes = await asyncio.gather(*(meter.enter(entry) for entry in entries))
        return sum(outcome.is_in for outcome in outcomes)  # type: ignore[attr-defined]

    assert asyncio.run(main()) == 100
