"""A replica that was held up has not lost the database; one that lost it says so in time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from gateway.errors.stores import StoreUnavailable
from gateway.stores.memory import MemoryShared
from gateway.tenant_keys.revocations import Revocations

STALENESS = 0.2


class Store:
    """Answers what `answers` does; the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        self._answers, self.asked = [*answers], 0

    async def changed_since(self, epoch: int) -> tuple[int, list[tuple[str, int, str]]]:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        await answer()
        return 1, []


async def at_once() -> None:
    """As it is."""


async def held_up() -> None:
    """The whole process stands still past the deadline; then the answer is there, a turn of the loop later."""
    time.sleep(STALENESS + 1)  # noqa: ASYNC251 - that is the point
    await asyncio.sleep(0.01)


async def never() -> None:
    await asyncio.sleep(3600)


async def broken() -> None:
    raise StoreUnavailable


async def act(_: object) -> None:
    """Nothing changes here."""


async def hear(*_: object) -> None:
    """Nobody says anything here."""


@pytest.mark.parametrize(
    ("answers", "is_lost"),
    [((held_up, at_once), False), ((held_up, never), True), ((never,), True), ((held_up, broken), True)],
)
async def test_only_a_lost_database_is_lost(answers: tuple[Any, ...], *, is_lost: bool) -> None:
    lost = []
    store: Any = Store(*answers)
    revocations = Revocations(
        store, MemoryShared(), act=act, hear=hear, lost=lambda: lost.append(1), staleness_seconds=STALENESS
    )
    revocations._asked_at = time.monotonic()
    await revocations._refresh_quietly()
    assert bool(lost) == is_lost
    if answers[0] is held_up:
        assert store.asked == 2
