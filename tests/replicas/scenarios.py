"""What is done to the installation under load, and what must hold; each answers with the numbers that were seen.

Nothing here waits for a time to pass: each step waits for what it needs to see, within `WITHIN_SECONDS`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.architecture.source import ROOT
from tests.replicas.installation import Installation
from tests.replicas.next_release import REVISION
from tests.replicas.processes import STATIC_KEY, Replica, run
from tests.replicas.talk import HELD, SILENT, Heard, Talk, hear

WITHIN_SECONDS = 120.0
LOAD_PAUSE_SECONDS = 0.2
NEW_REQUESTS, COMING = 12, 8
REFUSALS = frozenset({"access_unavailable", "store_unavailable", "audit_unavailable", "revocations_unknown"})
"""What a client may be told while PostgreSQL or Redis is away; each is a 503 with `Retry-After`."""
BUSY = frozenset({"access_unavailable"})
"""What a replica says whose machine is so busy that Redis seems not to answer in time: a client asks again."""
TRIES = 10
PROXY_PAGES = frozenset({"status 502", "status 503", "status 504"})
"""What nginx says when it takes all replicas for dead."""
Numbers = dict[str, object]


async def until(holds: Callable[[], bool], what: str) -> float:
    """Wait until something holds; the seconds that it took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < WITHIN_SECONDS, f"not within {WITHIN_SECONDS} s: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


@asynccontextmanager
async def held(one: Installation, count: int) -> AsyncIterator[list[Heard]]:
    """So many streams, all of which have begun to speak; at the end of the block the provider ends those that go on."""
    one.provider.may_end.clear()
    streams: list[Heard] = []
    tasks: list[asyncio.Task[Heard]] = []
    try:
        while len(streams) < count:
            # A few at a time: what is tried is streams that are open, not a crowd at the door.
            await until(lambda: sum(map(_is_coming, streams)) < COMING, "answers")
            streams.append(one.begin(one.talk(len(tasks), blocks=HELD)))
            tasks.append(asyncio.create_task(hear(one.http, one.url, streams[-1])))
            if len(streams) == count:
                await until(lambda: all(heard.blocks or heard.outcome != SILENT for heard in streams), "streams")
            # Who is refused at the door of a busy machine asks again, as SDKs do.
            streams[:] = [heard for heard in streams if heard.outcome not in REFUSALS | PROXY_PAGES]
            assert len(tasks) < 2 * count, "too many are refused"
        assert all(heard.blocks for heard in streams), Counter(heard.outcome for heard in streams)
        yield streams
        one.provider.may_end.set()
        async with asyncio.timeout(WITHIN_SECONDS):
            await asyncio.gather(*tasks)
    finally:
        one.provider.may_end.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def asked(one: Installation, talk: Talk) -> Heard:
    """One request to its end, asked again where the machine was too busy."""
    for _ in range(TRIES - 1):
        heard = await one.say(talk)
        if heard.outcome not in BUSY:
            return heard
        await asyncio.sleep(1)
    return await one.say(talk)


def asked_again(one: Installation, since: int) -> int:
    """How often that was."""
    return sum(heard.outcome in BUSY for heard in one.heard[since:])


def _is_coming(heard: Heard) -> bool:
    return not heard.status and heard.outcome == SILENT


@asynccontextmanager
async def load(one: Installation, workers: int, *, asks_again: bool = True) -> AsyncIterator[list[Heard]]:
    """Short requests, one after another, until the block ends: streams and whole answers, of all clients in turn."""
    seen: list[Heard] = []
    is_over = False

    async def work(number: int) -> None:
        while not is_over:
            talk = one.talk(number, streams=number % 2 == 0)
            seen.append(await (asked(one, talk) if asks_again else one.say(talk)))
            number += workers
            await asyncio.sleep(LOAD_PAUSE_SECONDS)

    tasks = [asyncio.create_task(work(number)) for number in range(workers)]
    try:
        yield seen
    finally:
        is_over = True
        async with asyncio.timeout(WITHIN_SECONDS):
            await asyncio.gather(*tasks)


async def killed(one: Installation, count: int, code: Path = ROOT) -> Numbers:
    """SIGKILL of a replica: only its streams break off, each with a word; new requests go to the other at once.

    Args:
        code: that it is started with again.
    """
    dying, living = one.replicas
    since = len(one.heard)
    async with held(one, count) as streams:
        lost = [heard for heard in streams if heard.replica == dying.address]
        kept = [heard for heard in streams if heard.replica == living.address]
        assert len(lost) + len(kept) == count
        assert min(len(lost), len(kept)) >= count // 4, "the proxy spreads them"
        before = [heard.blocks for heard in kept]
        dying.kill()
        told = asyncio.create_task(until(lambda: all(heard.outcome != SILENT for heard in lost), "each is told"))
        new = await asyncio.gather(*(asked(one, one.talk(n, streams=n % 2 == 0)) for n in range(NEW_REQUESTS)))
        seconds = await told
        await until(
            lambda: all(heard.blocks > blocks for heard, blocks in zip(kept, before, strict=True)), "the others go on"
        )
    assert {heard.outcome for heard in kept} == {"whole"}, Counter(heard.outcome for heard in kept)
    assert {heard.outcome for heard in new} == {"whole"}, Counter(heard.outcome for heard in new)
    assert {heard.replica.rpartition(", ")[2] for heard in new} == {living.address}
    assert not any(heard.is_done for heard in lost)
    dying.start(code)
    await dying.ready()
    return {
        "streams": count,
        "lost": len(lost),
        "told": dict(Counter(heard.outcome for heard in lost)),
        "seconds until all were told": round(seconds, 2),
        "of the other lost": sum(heard.outcome != "whole" for heard in kept),
        "new requests meanwhile": len(new),
        "of these failed": sum(heard.outcome != "whole" for heard in new),
        "asked again, as the machine was busy": asked_again(one, since),
    }


async def rolled(one: Installation, replica: Replica, count: int, code: Path = ROOT) -> Numbers:
    """One replica is told to stop and started with other code, under load: nothing is lost."""
    since = len(one.heard)
    other = next(one_of for one_of in one.replicas if one_of is not replica)
    async with load(one, 2) as short:
        async with held(one, count) as streams:
            replica.terminate()
            await _closed(one, replica)
            before = len(short)
            await until(lambda: len(short) > before + 2, "new requests while one drains")
            assert {heard.replica.rpartition(", ")[2] for heard in short[before + 2 :]} == {other.address}
        assert await replica.ended() == 0
        replica.start(code)
        await replica.ready()
        await until(lambda: short[-1].replica.endswith(replica.address), "it is served by again")
    outcomes = Counter(heard.outcome for heard in [*streams, *short])
    assert set(outcomes) == {"whole"}, outcomes
    return {"streams": count, "requests of the load": len(short), "lost": 0, "asked again": asked_again(one, since)}


async def _closed(one: Installation, replica: Replica) -> None:
    """Wait until a replica takes no new connection."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            try:
                async with one.http.get(f"{replica.url}/healthz"):
                    pass
            except aiohttp.ClientError:
                return
            await asyncio.sleep(0.05)


async def next_schema(one: Installation, code: Path) -> Numbers:
    """The schema of the next release, while this one serves."""
    async with load(one, 2) as short:
        said = await asyncio.to_thread(run, code, "migrate", "--config", str(one.config))
        assert f"-> {REVISION}" in said, said
        before = len(short)
        await until(lambda: len(short) > before + 2, "this release on the next schema")
    assert {heard.outcome for heard in short} == {"whole"}
    return {"requests of the load": len(short), "lost": 0}


async def this_release_migrates(one: Installation) -> Numbers:
    """`holdback migrate` of this release, as the hook job of a rollback runs it: it leaves the schema be."""
    said = await asyncio.to_thread(run, ROOT, "migrate", "--config", str(one.config))
    assert f"{REVISION}: nothing to do" in said, said
    return {"said": said.strip()}


async def without_redis(one: Installation, count: int, *, keeps: bool) -> Numbers:
    """Redis goes and comes back: open streams go on, new requests are refused with a word, all heals by itself."""
    async with held(one, count) as streams, load(one, 2, asks_again=False) as short:
        await asyncio.to_thread(one.redis.stop, keeps=keeps)
        await until(lambda: bool(short) and short[-1].outcome != "whole", "new requests are refused")
        before = [heard.blocks for heard in streams]
        await until(
            lambda: all(heard.blocks > blocks for heard, blocks in zip(streams, before, strict=True)), "streams go on"
        )
        await asyncio.to_thread(one.redis.start)
        seconds = await _healed(one, short)
    assert {heard.outcome for heard in streams} == {"whole"}
    return {"streams": count, "lost": 0, **_refused(short), "seconds until it served again": round(seconds, 2)}


async def without_postgres(one: Installation, count: int, mode: str) -> Numbers:
    """PostgreSQL goes and comes back. Without a tenant's key nothing is lost; what hangs on one ends with a word once
    nobody can tell any more whether it is revoked."""
    async with held(one, count) as streams, load(one, 2, asks_again=False) as short:
        plain = [heard for heard in streams if heard.talk.key == STATIC_KEY]
        bound = [heard for heard in streams if heard.talk.key != STATIC_KEY]
        await asyncio.to_thread(one.postgres.stop, mode)
        await until(lambda: all(heard.outcome != SILENT for heard in bound), "they are cut")
        before = [heard.blocks for heard in plain]
        await until(
            lambda: all(heard.blocks > blocks for heard, blocks in zip(plain, before, strict=True)), "the others go on"
        )
        await asyncio.to_thread(one.postgres.start)
        seconds = await _healed(one, short)
    assert {heard.outcome for heard in plain} == {"whole"}
    assert {heard.outcome for heard in bound} == {"revocations_unknown"}
    return {
        "streams without a tenant's key": len(plain),
        "of these lost": 0,
        "streams of tenants": len(bound),
        "ended with revocations_unknown": len(bound),
        **_refused(short),
        "seconds until it served again": round(seconds, 2),
    }


async def _healed(one: Installation, short: list[Heard]) -> float:
    """Wait until both replicas are ready, and all clients are served again."""
    started = time.monotonic()
    for replica in one.replicas:
        await replica.ready()
    before = len(short)
    await until(lambda: [heard.outcome for heard in short[before:][-4:]] == ["whole"] * 4, "it serves")
    return time.monotonic() - started


def _refused(short: list[Heard]) -> Numbers:
    outcomes = Counter(heard.outcome for heard in short)
    assert set(outcomes) <= {"whole"} | REFUSALS | PROXY_PAGES, outcomes
    return {"new requests": dict(outcomes)}
