"""The record of what was used, on both databases."""

from __future__ import annotations

import asyncio

from gateway.stores.database import Database
from gateway.stores.tables.usage import Alike, Person, UsageStore, Used

DAY = "2026-11-24"


async def test_sums_grow_and_are_told_by_owner_and_group(database: Database) -> None:
    store = UsageStore(database)
    mine = Alike("t", DAY, "g", "a", "k", "u_1", "openai", "gpt-4o", "team=red")
    await store.add({mine: Used(1, 10, 0, 0, 5, 100)})
    assert await store.spent((("tenant", "t"), ("agent", "a")), DAY) == 100
    others = {
        Alike("t", DAY, "g", "b", "k", "", "openai", "gpt-4o"): Used(1, 1, 0, 0, 1, 7, 0, 1),
        Alike("t", "2026-11-01", "g", "a", "k2"): Used(1, 1, 0, 0, 1, 30, 1),
        Alike("u", DAY, "g", "a", "k"): Used(1, 1, 0, 0, 1, 9000),
        mine: Used(2, 20, 3, 4, 10, 200),
    }
    await store.add(others)
    assert await store.spent((("tenant", "t"), ("agent", "a")), DAY) == 300
    assert await store.spent((("tenant", "t"), ("agent", "a")), "2026-11-01") == 330
    assert await store.spent((("tenant", "t"), ("key_id", "k")), DAY) == 307
    assert await store.spent((("tenant", "t"), ("gateway", "g")), "2026-11-25") == 0
    groups = await store.report("t", "2026-11-01", DAY, ("agent",), 10, {})
    assert [(one.by["agent"], one.used.cost_nano) for one in groups] == [("a", 330), ("b", 7)]
    assert groups[0].used == Used(4, 31, 3, 4, 16, 330, 1, 0)
    assert [one.used.cost_nano for one in await store.report("t", DAY, DAY, (), 10, {"agent": "b"})] == [7]
    assert (await store.report("nobody", DAY, DAY, ("model",), 10, {})) == []
    assert await store.prune(DAY) == 1
    assert await store.spent((("tenant", "t"), ("agent", "a")), "2026-11-01") == 300


async def test_many_writers_lose_nothing(database: Database) -> None:
    stores = [UsageStore(database) for _ in range(4)]
    rows = [
        {Alike("t", DAY, agent=f"a{(at + step) % 3}"): Used(1, cost_nano=1) for step in range(3)} for at in range(12)
    ]
    await asyncio.gather(*(stores[at % 4].add(row) for at, row in enumerate(rows)))
    assert await store_sum(stores[0]) == 36


async def store_sum(store: UsageStore) -> int:
    return sum(group.used.cost_nano for group in await store.report("t", DAY, DAY, ("agent",), 10, {}))


async def test_a_persons_name_can_be_erased_and_the_sums_stay(database: Database) -> None:
    store = UsageStore(database)
    await store.add({Alike("t", DAY, person="u_1"): Used(1, cost_nano=5)}, [Person("t", "u_1", b"sealed")])
    await store.add({Alike("t", DAY, person="u_1"): Used(1, cost_nano=5)}, [Person("t", "u_1", b"sealed anew")])
    assert await store.names("t", ["u_1", "u_2"]) == {"u_1": b"sealed"}
    assert await store.erase("t", "u_1")
    assert not await store.erase("t", "u_1")
    assert await store.names("t", ["u_1"]) == {}
    assert (await store.report("t", DAY, DAY, ("person",), 10, {}))[0].used.cost_nano == 10
