"""What replicas share, in Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, suppress
from typing import TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.errors import ConfigurationError
from gateway.errors.stores import StoreUnavailable
from gateway.stores.memory import new_generation

SECONDS = 1.0
"""Longest wait for an answer; a request of ours waits on it."""
RETRY_SECONDS = 0.5
IDLE_SECONDS = 15.0
"""A listener's connection that was silent for so long is asked whether it lives."""
PREFIX = "holdback:"
GENERATION = f"{PREFIX}generation"
_Result = TypeVar("_Result")


class RedisShared:
    """In Redis 6.2 or later, or what speaks its protocol."""

    is_shared = True

    def __init__(self, client: Redis) -> None:
        self._client = client

    @property
    def client(self) -> Redis:
        """For what else is kept there."""
        return self._client

    async def claim(self, name: str, seconds: int) -> bool:
        """See `Shared`."""
        done = await answered(self._client.set(PREFIX + name, b"1", nx=True, ex=seconds))
        return bool(done)

    async def claim_within(self, name: str, seconds: int) -> tuple[bool, str]:
        """See `Shared`."""
        async with self._client.pipeline(transaction=True) as both:
            both.set(PREFIX + name, b"1", nx=True, ex=seconds)
            both.set(GENERATION, new_generation(), nx=True)
            both.get(GENERATION)
            done, _, generation = await answered(both.execute())
        return bool(done), generation.decode()

    async def generation(self) -> str:
        """See `Shared`."""
        async with self._client.pipeline(transaction=True) as both:
            both.set(GENERATION, new_generation(), nx=True)
            both.get(GENERATION)
            _, generation = await answered(both.execute())
        return str(generation.decode())

    async def publish(self, channel: str, message: str) -> None:
        """See `Shared`."""
        await answered(self._client.publish(PREFIX + channel, message))

    async def listen(self, channel: str) -> AsyncIterator[str | None]:
        """See `Shared`."""
        while True:
            pubsub = self._client.pubsub()
            try:
                with suppress(RedisError, OSError, TimeoutError):
                    async with aclosing(_messages(pubsub, PREFIX + channel)) as messages:
                        async for message in messages:
                            yield message
            finally:
                with suppress(RedisError, OSError, TimeoutError):
                    await pubsub.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(RETRY_SECONDS)

    async def check(self) -> None:
        """See `Shared`."""
        await answered(self._client.echo("holdback"))

    async def close(self) -> None:
        """See `Shared`."""
        with suppress(RedisError, OSError, TimeoutError):
            await self._client.aclose()


async def _messages(pubsub: PubSub, channel: str) -> AsyncGenerator[str | None]:
    """What comes on one connection; ends with an error when it breaks."""
    await pubsub.subscribe(channel)
    asked = False
    while True:
        message = await pubsub.get_message(timeout=IDLE_SECONDS)
        if message is None:
            if asked:
                raise TimeoutError
            await pubsub.ping()
            asked = True
            continue
        asked = False
        if message["type"] == "subscribe":
            yield None
        elif message["type"] == "message":
            yield message["data"].decode(errors="replace")


async def answered(call: Awaitable[_Result]) -> _Result:
    """What Redis answers.

    Raises:
        StoreUnavailable: it does not.
    """
    try:
        async with asyncio.timeout(SECONDS * 2):
            return await call
    except (RedisError, OSError, TimeoutError):
        pass
    raise StoreUnavailable(retry_after_seconds=1)


def open_redis(url: str, *, password: str | None = None, connections: int = 64) -> RedisShared:
    """Redis; nothing is connected yet.

    Args:
        url: `redis://HOST:PORT/DB`, `rediss://` for TLS, `unix:///SOCKET`.
        password: of the user in the URL, which itself should hold none.
        connections: open at a time, at most.

    Raises:
        ConfigurationError: the URL cannot be used.
    """
    options = {} if password is None else {"password": password}
    try:
        # It waits for a connection: with the usual pool, more requests at once than connections would be an outage.
        pool = BlockingConnectionPool.from_url(
            url,
            timeout=SECONDS * 2,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            # A second try is for whoever asked to decide: `claim` must not ask twice and see its own first answer.
            retry=Retry(NoBackoff(), 0),
            max_connections=connections,
            client_name="holdback",
            **options,
        )
        client = Redis.from_pool(pool)
    except (ValueError, TypeError):
        client = None
    if client is None:
        raise ConfigurationError("the Redis URL is not usable.", cure="Give redis://HOST:PORT/DB or rediss://...")
    return RedisShared(client)
