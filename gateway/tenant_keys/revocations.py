"""What a replica knows of revocations, and how old that is.

Laws: the truth is an epoch in the database, asked for twice a second; messages between replicas only make it faster.
What a message says of a revocation is done at once, also where the database cannot be asked: to drop a key is always
safe. A replica that could not ask for two seconds says so, uses no key, and ends what hangs on one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from gateway.errors import GatewayError
from gateway.errors.stores import StoreUnavailable
from gateway.errors.tenant_keys import RevocationsUnknown
from gateway.observe.log import describe, logger
from gateway.stores.store import Shared
from gateway.stores.tables.keys import KeyStore

CHANNEL = "keys"
POLL_SECONDS = 0.5
STALENESS_SECONDS = 2.0
HELD_UP_SECONDS = 0.25
"""A timer that is later than this: the process was not let run, or was busy."""
REVOKED, SEALED, UNSEALED, CHANGED = "revoked", "sealed", "unsealed", "changed"
Changed = Sequence[tuple[str, int, str]]


class Revocations:
    """One a process.

    Args:
        act: is told what changed in the database: tenant, version, state.
        hear: is told what another replica said: tenant, word, version (0 where the word needs none).
        lost: is told, at each try that fails, when nothing is known any more.
    """

    def __init__(
        self,
        store: KeyStore,
        shared: Shared,
        *,
        act: Callable[[Changed], Awaitable[None]],
        hear: Callable[[str, str, int], Awaitable[None]],
        lost: Callable[[], None],
        staleness_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._shared = store, shared
        self._act, self._hear, self._lost = act, hear, lost
        self._staleness, self._clock = staleness_seconds, clock
        self.epoch = -1
        self._asked_at = float("-inf")
        self._tasks: list[asyncio.Task[None]] = []

    def check_fresh(self) -> None:
        """Whether revocations are known.

        Raises:
            RevocationsUnknown: they are not.
        """
        if self._clock() - self._asked_at > self._staleness:
            raise RevocationsUnknown(retry_after_seconds=1)

    async def refresh(self) -> None:
        """Read what changed, and act on it.

        Raises:
            StoreUnavailable: nothing is known.
        """
        asked_at = self._clock()
        epoch, changed = await self._store.changed_since(self.epoch)
        await self._act(changed)
        # Another call of this may have come back meanwhile with later news.
        self.epoch, self._asked_at = max(epoch, self.epoch), max(asked_at, self._asked_at)

    async def say(self, tenant_id: str, word: str, version: int = 0) -> None:
        """Tell the other replicas; they find out by themselves if they do not hear."""
        with suppress(GatewayError):
            await self._shared.publish(CHANNEL, f"{tenant_id} {word} {version}")

    async def start(self) -> None:
        """Read the epoch, and keep reading it.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        self.epoch, _ = await self._store.changed_since(1 << 62)
        self._asked_at = self._clock()
        self._tasks = [asyncio.create_task(self._poll()), asyncio.create_task(self._listen())]

    async def close(self) -> None:
        """End both loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self._refresh_quietly()

    async def _listen(self) -> None:
        async for message in self._shared.listen(CHANNEL):
            tenant_id, _, said = (message or "").partition(" ")
            word, _, version = said.partition(" ")
            try:
                if word in (REVOKED, SEALED, UNSEALED):
                    await self._hear(tenant_id, word, int(version) if version.isdecimal() else 0)
            except Exception as error:  # noqa: BLE001 - the loop must go on
                logger().error("message_failed", **describe(error))
            await self._refresh_quietly()

    async def _refresh_quietly(self) -> None:
        is_read, late_seconds = await self._tried()
        if not is_read and late_seconds > HELD_UP_SECONDS:
            # The time ran out while this process did not: the answer may have been there. A lost database is on time.
            is_read, _ = await self._tried()
        if not is_read and self._clock() - self._asked_at > self._staleness:
            self._lost()

    async def _tried(self) -> tuple[bool, float]:
        """Whether it could be read, and how much later than it should the loop said that the time is over."""
        loop, late = asyncio.get_running_loop(), [0.0]
        due = loop.time() + self._staleness
        timer = loop.call_at(due, lambda: late.append(loop.time() - due))
        try:
            async with asyncio.timeout_at(due):
                await self.refresh()
            return True, 0.0
        except (StoreUnavailable, TimeoutError):
            logger().warning("revocations_unread", seconds=round(self._clock() - self._asked_at, 1))
        except Exception as error:  # noqa: BLE001 - the loop must go on; without it no key is used
            logger().error("revocations_unread", **describe(error))
        finally:
            timer.cancel()
        return False, late[-1]
