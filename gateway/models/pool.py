"""Worker processes for tier 3: one line of segments, batches of many streams, a process that dies or hangs replaced.

Laws kept here:
1. A segment is answered by a worker that saw it, or fails: never passed over.
2. What a worker that died or hung had taken is scanned again, up to `TRIES_MAX` times in all.
3. Bounded: segments in line, texts of a batch, the time a batch may take, starts in a row that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, cast

from gateway.errors import InspectionFailed
from gateway.models import frames
from gateway.models.bridge import wait_for
from gateway.models.queueing import FairQueue, Lined, OnBatch, Ticket, unheard
from gateway.observe.log import logger
from recognizers.ner.entities import Entity

TRIES_MAX = 3
FAILED_STARTS_MAX = 5
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME", "TMPDIR")
"""What a worker inherits of the environment: no secret that stands in it."""


class WorkerPool(Lined):
    """Implements `gateway.inspection.model.Model`. Open it before keys are loaded.

    Args:
        workers: processes.
        configuration: of the NLP engine, as Presidio's YAML has it; None for the model of this package.
        batch_texts: segments of one batch at most.
        wait_seconds: how long an idle worker waits for company for a segment.
        deadline_seconds: a batch that takes longer counts as hung.
        start_seconds: a start that takes longer has failed.
        queue_texts: segments in line at most; beyond that, texts wait.
        module: what a worker runs.
        on_batch: told of every batch.
    """

    def __init__(
        self,
        *,
        workers: int,
        configuration: Mapping[str, Any] | None = None,
        batch_texts: int = 32,
        wait_seconds: float = 0.002,
        deadline_seconds: float = 10,
        start_seconds: float = 120,
        queue_texts: int = 4096,
        module: str = "gateway.models.worker",
        on_batch: OnBatch = unheard,
    ) -> None:
        self._count = workers
        self._module, self._on_batch = module, on_batch
        self._configuration = json.dumps(configuration)
        self._batch_texts = batch_texts
        self._wait_seconds = wait_seconds
        self._deadline_seconds = deadline_seconds
        self._start_seconds = start_seconds
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._queue = FairQueue(queue_texts)
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self._broken = False
        self.processes: dict[int, asyncio.subprocess.Process] = {}
        """By number of the worker."""

    async def __aenter__(self) -> WorkerPool:
        self._tasks = [asyncio.create_task(self._keep(number)) for number in range(self._count)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._broken = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._fail_all()

    @property
    def is_ready(self) -> bool:
        """Whether a worker has loaded its model."""
        return self._ready.is_set()

    async def ready(self) -> None:
        """Wait until a worker has loaded its model.

        Raises:
            InspectionFailed: none can.
        """
        await self._ready.wait()
        if self._broken:
            raise InspectionFailed

    def ask(self, text: str, asker: object) -> Ticket:
        if self._broken:
            raise InspectionFailed
        ticket = Ticket(text, self._loop)
        if threading.get_ident() != self._thread:
            wait_for(self._put(ticket, asker), self._loop)
        elif self._queue.has_room:
            self._queue.put(ticket, asker)
        else:
            wait_for(self._put(ticket, asker), self._loop)
        return ticket

    async def _put(self, ticket: Ticket, asker: object) -> None:
        await self._queue.room()
        self._queue.put(ticket, asker)

    async def _keep(self, number: int) -> None:
        """Keep one worker alive."""
        failed_starts = 0
        while failed_starts < FAILED_STARTS_MAX:
            process = await self._started()
            self.processes[number] = process
            try:
                async with asyncio.timeout(self._start_seconds):
                    started = (await _read(process)).get("ready") is True
                if started:
                    failed_starts = 0
                    self._ready.set()
                    await self._serve(process)
            except (OSError, EOFError, ValueError, TimeoutError):
                pass
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            failed_starts += 1
            logger().warning("model_worker_ended", worker=number, returncode=process.returncode)
        self._broken = True
        self._ready.set()
        self._fail_all()
        logger().error("model_worker_does_not_start", worker=number)

    async def _started(self) -> asyncio.subprocess.Process:
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        # One thread a worker: products of small matrices gain nothing from more, and results must not depend on them.
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module, self._configuration),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            limit=1 << 20,
        )

    async def _serve(self, process: asyncio.subprocess.Process) -> None:
        """Batches, one after another, until the worker fails."""
        number = 0
        while True:
            await self._queue.news()
            if len(self._queue) < self._batch_texts and self._wait_seconds:
                await asyncio.sleep(self._wait_seconds)
            batch = self._queue.take(self._batch_texts)
            if not batch:
                continue
            number += 1
            answered, started = False, time.perf_counter()
            try:
                async with asyncio.timeout(self._deadline_seconds):
                    answer = await _exchange(process, {"id": number, "texts": [ticket.text for ticket in batch]})
                answered = _hand_out(batch, answer, number)
            finally:
                self._on_batch(len(batch), time.perf_counter() - started, answered)
                if not answered:
                    self._again(batch)

    def _again(self, batch: list[Ticket]) -> None:
        """Line up once more what was not answered; what has been tried too often fails."""
        for ticket in batch:
            ticket.tries += 1
            if ticket.tries >= TRIES_MAX:
                ticket.fail()
        self._queue.put_back([ticket for ticket in batch if not ticket.is_ready()])

    def _fail_all(self) -> None:
        for ticket in self._queue.take(len(self._queue)):
            ticket.fail()


async def _exchange(process: asyncio.subprocess.Process, message: dict[str, Any]) -> dict[str, Any]:
    stdin = cast(asyncio.StreamWriter, process.stdin)
    stdin.write(frames.packed(message))
    await stdin.drain()
    return await _read(process)


async def _read(process: asyncio.subprocess.Process) -> dict[str, Any]:
    stdout = cast(asyncio.StreamReader, process.stdout)
    head = await stdout.readexactly(frames.HEAD_BYTES)
    return frames.unpacked(await stdout.readexactly(frames.length(head)))


def _hand_out(batch: list[Ticket], answer: dict[str, Any], number: int) -> bool:
    """Give each segment its answer; False when the answer is not one to this batch."""
    found = answer.get("found")
    if answer.get("id") != number:
        raise ValueError("answer to another batch")
    if not isinstance(found, list) or len(found) != len(batch):
        return False
    for ticket, entities in zip(batch, found, strict=True):
        ticket.answer(tuple(Entity(*entity) for entity in entities))
    return True
