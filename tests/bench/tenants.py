"""10,000 tenants: what listing, looking up, using and rotating cost, on both databases, next to 100 tenants.

python -m tests.bench.tenants [--tenants 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median

from gateway.stores.tables.key_tables import ACTIVE, TENANT_KEYS
from gateway.stores.tables.tenants import TENANTS
from gateway.tenant_keys.wrapping import WrapMethod
from tests import servers
from tests.contract.databases import new_postgres
from tests.fakes.replicas import Replica, now, replica

ROUNDS = 50


async def fill(one: Replica, count: int) -> None:
    """Tenants with a key each, in bulk: what is measured comes afterwards."""
    wrapping = {"method": "global", "provider": "local", "key_ref": "local:global", "config": "{}"}
    tenants = [
        {
            "id": f"ten_{n:08}",
            "slug": f"t{n:08}",
            "name": "T",
            "status": "active",
            "created_at": now(),
            "updated_at": now(),
        }
        for n in range(count)
    ]
    keys = []
    for tenant in tenants:
        new = await one.keys.keyring.add_version(
            str(tenant["id"]), one.keys.keyring.wrappings.choose("", WrapMethod.GLOBAL, "", "", {}).wrapping, 1
        )
        values = {"id": f"key_{tenant['id']}", "tenant_id": tenant["id"], "version": 1, "status": ACTIVE, **wrapping}
        keys.append({**values, "wrapped": new.wrapped, "created_at": now(), "retired_at": None, "epoch": 1})
    async with one.stores.database.write() as connection:
        await connection.execute(TENANTS.insert(), tenants)
        await connection.execute(TENANT_KEYS.insert(), keys)


async def timed(work: Callable[[int], Awaitable[object]]) -> float:
    """Median of ROUNDS, in milliseconds."""
    spent = []
    for round_ in range(ROUNDS):
        started = time.perf_counter()
        await work(round_)
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent)


async def measure(url: str, count: int) -> dict[str, float]:
    async with replica(url) as one:
        await fill(one, count)

        def at(round_: int) -> int:
            return round_ * (count // ROUNDS)

        async def use(round_: int) -> None:
            _, lease = await one.keys.keyring.active(f"ten_{at(round_):08}")
            with lease:
                pass

        return {
            "a page of 100": await timed(lambda r: one.stores.tenants.page(f"t{at(r):08}", 100)),
            "look-up by slug": await timed(lambda r: one.stores.tenants.get(f"t{at(r):08}")),
            "first use of a key": await timed(use),
            "use of a warm key": await timed(use),
            "rotation": await timed(lambda r: one.keys.lifecycle.rotate(f"ten_{at(r):08}")),
            "poll of the epoch": await timed(lambda _: one.keys.keyring.refresh()),
        }


async def main(count: int) -> None:
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, servers.postgres() as postgres:
        for size in (100, count):
            results[f"SQLite, {size}"] = await measure(f"sqlite:///{folder}/{size}.sqlite3", size)
            results[f"PostgreSQL, {size}"] = await measure(await new_postgres(postgres), size)
    names = list(results)
    print("| milliseconds, median | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for what in results[names[0]]:
        print(f"| {what} | " + " | ".join(f"{results[name][what]:.2f}" for name in names) + " |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=10_000)
    asyncio.run(main(parser.parse_args().tenants))
