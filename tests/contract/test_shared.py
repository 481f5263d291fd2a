"""What replicas share: one suite for the store in memory and for Redis."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable

import pytest

from gateway.errors import ConfigurationError, Overloaded
from gateway.errors.stores import StoreUnavailable
from gateway.stores import memory
from gateway.stores.memory import MemoryShared
from gateway.stores.redis import open_redis
from gateway.stores.store import Shared
from tests import servers

Connect = Callable[[], Shared]


def name() -> str:
    return f"test:{secrets.token_hex(8)}"


async def soon(messages: AsyncIterator[str | None]) -> str | None:
    async with asyncio.timeout(5):
        return await anext(messages)


async def test_a_name_is_claimed_once(connect: Connect) -> None:
    one, two = connect(), connect()
    wanted = name()
    assert await one.claim(wanted, 60)
    assert not await one.claim(wanted, 60)
    assert not await two.claim(wanted, 60)
    assert await two.claim(name(), 60)


async def test_of_many_at_once_one_is_first(connect: Connect) -> None:
    shared, wanted = [connect() for _ in range(4)], name()
    answers = await asyncio.gather(*(shared[i % 4].claim(wanted, 60) for i in range(40)))
    assert answers.count(True) == 1


async def test_a_claim_ends(connect: Connect) -> None:
    shared, wanted = connect(), name()
    assert await shared.claim(wanted, 1)
    await asyncio.sleep(1.1)
    assert await shared.claim(wanted, 1)


async def test_listeners_hear_in_order(connect: Connect) -> None:
    channel = name()
    listeners = [connect().listen(channel) for _ in range(2)]
    assert [await soon(listener) for listener in listeners] == [None, None]
    sender = connect()
    await sender.publish(name(), "not for us")
    for number in range(3):
        await sender.publish(channel, f"message {number} é")
    for listener in listeners:
        assert [await soon(listener) for _ in range(3)] == [f"message {n} é" for n in range(3)]


async def test_it_answers(connect: Connect) -> None:
    await connect().check()


async def test_an_outage_is_waited_out_and_told() -> None:
    with servers.redis() as server:
        shared = open_redis(server.url)
        messages = shared.listen("news")
        assert await soon(messages) is None
        server.stop()
        for call in (shared.claim("x", 5), shared.publish("news", "lost"), shared.check()):
            with pytest.raises(StoreUnavailable) as caught:
                await call
            assert caught.value.__context__ is None
        waiting = asyncio.create_task(soon(messages))
        await asyncio.sleep(0.1)
        server.start()
        assert await waiting is None, "whoever listens must know that messages may be missing"
        await shared.publish("news", "found")
        assert await soon(messages) == "found"
        await shared.close()


async def test_a_server_that_hangs_costs_a_bounded_wait() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # to the end, without a word
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shared = open_redis(f"redis://127.0.0.1:{port}/0")
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await shared.claim("x", 5)
    assert time.monotonic() - started < 4
    await shared.close()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)


async def test_a_slow_listener_in_memory_is_told_that_it_missed_some() -> None:
    shared = MemoryShared()
    messages = shared.listen("news")
    assert await soon(messages) is None
    for number in range(memory.BACKLOG + 5):
        await shared.publish("news", str(number))
    heard = [await soon(messages) for _ in range(5)]
    assert heard[0] is None
    assert heard[-1] == str(memory.BACKLOG + 3)


async def test_a_name_in_memory_is_never_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "NAMES_MAX", 2)
    now = [0.0]
    shared = MemoryShared(lambda: now[0])
    assert await shared.claim("a", 10)
    assert await shared.claim("b", 20)
    with pytest.raises(Overloaded):
        await shared.claim("c", 10)
    now[0] = 10
    assert await shared.claim("c", 10)
    assert not await shared.claim("b", 10)


@pytest.mark.parametrize("url", ["http://x", "redis", ""])
def test_a_wrong_url_is_said_without_its_text(url: str) -> None:
    with pytest.raises(ConfigurationError, match="Redis URL"):
        open_redis(url)
