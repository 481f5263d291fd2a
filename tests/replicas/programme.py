"""Which scenarios run on one installation, in which order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path

from tests.architecture.source import ROOT
from tests.replicas import next_release
from tests.replicas.bookkeeping import counted, record_faults, settled, verified_by_the_command
from tests.replicas.clients import moved, revoked, stock_clients
from tests.replicas.installation import Installation
from tests.replicas.scenarios import (
    Numbers,
    killed,
    next_schema,
    rolled,
    this_release_migrates,
    without_postgres,
    without_redis,
)

Step = tuple[str, Callable[[], Awaitable[Numbers]]]


async def small(one: Installation, count: int) -> AsyncGenerator[tuple[str, Numbers]]:
    """One of each, with as few starts as can be: what is killed comes back as the next release."""
    code = await asyncio.to_thread(next_release.make, one.folder / "next")
    steps: list[Step] = [
        ("a conversation moves", lambda: moved(one)),
        ("a key is revoked", lambda: revoked(one)),
        ("Redis loses all", lambda: without_redis(one, count, keeps=False)),
        ("PostgreSQL crashes", lambda: without_postgres(one, count, "immediate")),
        ("money", lambda: settled(one)),
        ("the next schema", lambda: next_schema(one, code)),
        ("kill -9, and up again as the next release", lambda: killed(one, count, code)),
        ("rolling back", lambda: rolled(one, one.replicas[0], count)),
    ]
    async for told in _run(one, steps):
        yield told


async def full(one: Installation, count: int, only: Sequence[str] = ()) -> AsyncGenerator[tuple[str, Numbers]]:
    """Each thing alone, and what it costs.

    Args:
        only: beginnings of the names of scenarios; all when empty.
    """
    code = await asyncio.to_thread(next_release.make, one.folder / "next")
    steps: list[Step] = [
        ("a conversation moves", lambda: moved(one)),
        ("a key is revoked", lambda: revoked(one)),
        ("a key is revoked, without Redis", lambda: revoked(one, "globex", without_redis=True)),
        ("Redis restarts", lambda: without_redis(one, count, keeps=True)),
        ("money after that", lambda: settled(one)),
        ("Redis loses all", lambda: without_redis(one, count, keeps=False)),
        ("money after that", lambda: settled(one)),
        ("PostgreSQL restarts", lambda: without_postgres(one, count, "fast")),
        ("PostgreSQL crashes", lambda: without_postgres(one, count, "immediate")),
        ("money after that", lambda: settled(one)),
        ("kill -9", lambda: killed(one, count)),
        *((f"rolling restart, {n}", _rolled(one, n, count)) for n in (1, 2)),
        ("the next schema", lambda: next_schema(one, code)),
        *((f"rolling upgrade, {n}", _rolled(one, n, count, code)) for n in (1, 2)),
        ("migrate of the release that comes back", lambda: this_release_migrates(one)),
        *((f"and back, {n}", _rolled(one, n, count)) for n in (1, 2)),
        ("kill -9 of both, stock clients", lambda: stock_clients(one)),
        ("money at the end", lambda: settled(one, after_a_kill=True)),
        ("the record, by the command", lambda: asyncio.to_thread(verified_by_the_command, one)),
    ]
    steps = [step for step in steps if not only or step[0].startswith(tuple(only))]
    async for told in _run(one, steps):
        yield told


def _rolled(one: Installation, number: int, count: int, code: Path = ROOT) -> Callable[[], Awaitable[Numbers]]:
    return lambda: rolled(one, one.replicas[number - 1], count, code)


async def _run(one: Installation, steps: list[Step]) -> AsyncGenerator[tuple[str, Numbers]]:
    for name, step in steps:
        yield name, await step()
    wrong = [*one.faults(), *await record_faults(one)]
    assert not wrong, wrong[:10]
    # It writes them when it ends, at the latest.
    has_ended = any(name.startswith(("rolling back", "and back")) for name, _ in steps)
    uses = await counted(one) if has_ended else 0
    assert uses > 0 or not has_ended, "the next release wrote what only it knows of"
    yield (
        "in the end",
        {
            "requests": len(one.heard),
            "values at the provider, in a log or at another client": 0,
            "faults of the record": 0,
            "uses counted by the next release": uses,
        },
    )
