"""Workers that die, hang, or answer wrongly: what they had is scanned again or fails, and nothing is passed over."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from gateway.errors import InspectionFailed
from gateway.models.bridge import bridged
from gateway.models.pool import WorkerPool
from recognizers.ner.entities import Entity

Pool = Callable[..., AbstractAsyncContextManager[WorkerPool]]


@pytest.fixture
def pool() -> Pool:
    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[WorkerPool]:
        async with WorkerPool(**{"workers": 1, "module": "tests.fakes.name_worker", **settings}) as made:
            await made.ready()
            yield made

    return opened


def ask(pool: WorkerPool, texts: list[str], asker: object = "one") -> list[tuple[Entity, ...] | None]:
    """Ask for all at once; None where there is no answer."""
    tickets = [pool.ask(text, asker) for text in texts]
    found: list[tuple[Entity, ...] | None] = []
    for ticket in tickets:
        try:
            found.append(ticket.wait())
        except InspectionFailed:
            found.append(None)
    return found


TEXTS = [f"number {number} is JANE" for number in range(300)]
FOUND = [(Entity(len(text) - 4, len(text), "PERSON", 0.9),) for text in TEXTS]


async def test_every_segment_gets_its_own_answer(pool: Pool) -> None:
    async with pool(workers=2) as made:
        assert await bridged(ask, made, TEXTS) == FOUND
        assert await asyncio.to_thread(ask, made, TEXTS) == FOUND


async def test_batches_and_waits_are_measured(pool: Pool) -> None:
    batches: list[tuple[int, float, bool]] = []
    async with pool(on_batch=lambda *batch: batches.append(batch)) as made:
        assert (made.waiting, made.waited_seconds) == (0, 0.0)
        await bridged(ask, made, TEXTS[:40])
        assert (made.waiting, sum(count for count, _, answered in batches if answered)) == (0, 40)
        assert made.waited_seconds > 0
        assert all(seconds > 0 for _, seconds, _ in batches)


async def test_a_killed_worker_is_replaced_and_its_segments_are_scanned_again(pool: Pool) -> None:
    async with pool() as made:
        first = made.processes[0].pid

        def killed() -> list[tuple[Entity, ...] | None]:
            tickets = [made.ask(text, "one") for text in ["slowly", *TEXTS]]
            os.kill(first, signal.SIGKILL)
            return [ticket.wait() for ticket in tickets]

        assert (await bridged(killed))[1:] == FOUND
        assert made.processes[0].pid != first


async def test_a_worker_that_stands_still_is_replaced(pool: Pool) -> None:
    async with pool(deadline_seconds=0.5) as made:
        os.kill(made.processes[0].pid, signal.SIGSTOP)
        assert await bridged(ask, made, TEXTS[:3]) == FOUND[:3]


@pytest.mark.parametrize("word", ["poison", "sleepy", "muddled"])
async def test_a_segment_that_no_worker_survives_fails_alone(pool: Pool, word: str) -> None:
    async with pool(deadline_seconds=0.5) as made:
        found = await bridged(ask, made, [*TEXTS[:5], f"{word} JANE", *TEXTS[5:9]])
        assert found == [*FOUND[:5], None, *FOUND[5:9]]
        assert await bridged(ask, made, TEXTS[:2]) == FOUND[:2]


async def test_workers_that_do_not_start_fail_everything() -> None:
    async with WorkerPool(workers=1, module="tests.fakes.no_such_worker") as made:
        with pytest.raises(InspectionFailed):
            await made.ready()
        with pytest.raises(InspectionFailed):
            made.ask("JANE", "one")


async def test_texts_wait_while_the_line_is_full(pool: Pool) -> None:
    async with pool(queue_texts=8, batch_texts=4) as made:
        assert await bridged(ask, made, TEXTS[:60]) == FOUND[:60]
        assert await asyncio.to_thread(ask, made, TEXTS[:60]) == FOUND[:60]


async def test_a_short_text_does_not_wait_for_a_long_one(pool: Pool) -> None:
    async with pool(batch_texts=4) as made:
        long = [made.ask(f"slowly {text}", "long") for text in TEXTS[:40]]
        short = made.ask("short JANE", "short")
        await short.done()
        assert sum(ticket.is_ready() for ticket in long) <= 8
        made.processes[0].kill()  # the rest would take seconds


async def test_waiting_in_the_event_loop_is_refused(pool: Pool) -> None:
    async with pool() as made:
        ticket = made.ask("slowly JANE", "one")
        with pytest.raises(RuntimeError):
            ticket.wait()


async def test_nothing_of_a_text_is_in_a_repr(pool: Pool) -> None:
    async with pool() as made:
        assert "JANE" not in repr(made.ask("JANE", "one"))
