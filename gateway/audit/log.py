"""The write path: events go into batches, a batch is one transaction, and who needs to know waits for it.

Laws kept here:
1. An event that was acknowledged is durable: `Recorder.durable` returns only when the database has it.
2. Bounded: when more events wait than the queue holds, none is dropped; what they are about fails (`AuditUnavailable`).
3. One writer a process; a batch that cannot be written is tried again for `RETRY_SECONDS`, then all that wait for it
   fail.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gateway.audit.chain import Head, link
from gateway.audit.event import SALT_BYTES, AuditEvent, Kind, Side, Value, sides
from gateway.errors.audit import AuditUnavailable
from gateway.errors.stores import StoreUnavailable
from gateway.observe.log import logger
from gateway.stores.tables.audit import AuditStore, Linked, SideRow
from gateway.vault.envelope import Binding, seal, unseal
from gateway.vault.keys import Purpose

QUEUE_EVENTS = 20_000
BATCH_EVENTS = 2_000
RETRY_SECONDS = 10.0
REQUEST_FINDINGS = 1_000
"""Findings of one request that are recorded one by one; more are counted."""
_PAUSES_SECONDS = (0.05, 0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """Keys of the installation, 32 bytes each; never those of a tenant, so that sealing a tenant stops no record."""

    mac: bytes = field(repr=False)
    side: bytes = field(repr=False)


@dataclass(eq=False, slots=True)
class _Batch:
    events: list[AuditEvent]
    done: asyncio.Future[None]


class AuditLog:
    """One a process; open with `async with`."""

    def __init__(
        self,
        store: AuditStore,
        keys: AuditKeys,
        *,
        queue_events: int = QUEUE_EVENTS,
        on_outage: Callable[[int], None] = lambda _: None,
    ) -> None:
        """
        Args:
            store, keys: of the rows, of the installation.
            queue_events: that may wait at most.
            on_outage: told 0 when events can no longer be written, and their number when they can again.
        """
        self._store, self._keys, self._queue_events, self._on_outage = store, keys, queue_events, on_outage
        self._lost: int | None = None
        self._waiting: list[_Batch] = []
        self._writing: _Batch | None = None
        self.size, self._wake = 0, asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[AuditEvent], None]] = []

    def listen(self, listener: Callable[[AuditEvent], None]) -> None:
        """Call `listener` with every event once it is durable; it must not wait nor raise."""
        self._listeners.append(listener)

    async def __aenter__(self) -> AuditLog:
        self._task = asyncio.create_task(self._write_on(), name="audit writer")
        self._task.add_done_callback(self._ended)
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._waiting or self._writing:
            await asyncio.wait([batch.done for batch in (*self._waiting, self._writing) if batch])
            await asyncio.sleep(0)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def note(self, event: AuditEvent) -> asyncio.Future[None]:
        """Take in an event; the answer is done when it is durable.

        Raises:
            AuditUnavailable: too many wait already, or nothing writes.
        """
        if self.size >= self._queue_events or self._task is None or self._task.done():
            self._missed(1)
            raise AuditUnavailable(retry_after_seconds=1)
        if not self._waiting or len(self._waiting[-1].events) >= BATCH_EVENTS:
            done = asyncio.get_running_loop().create_future()
            done.add_done_callback(lambda future: future.exception())  # who waits raises it, nobody else must
            self._waiting.append(_Batch([], done))
        batch = self._waiting[-1]
        batch.events.append(event)
        self.size += 1
        self._wake.set()
        return batch.done

    async def record(self, *events: AuditEvent) -> None:
        """Take in events, and return when they are durable.

        Raises:
            AuditUnavailable: they are not.
        """
        for done in {self.note(event) for event in events}:
            await asyncio.shield(done)

    async def flush(self) -> None:
        """Return when everything noted so far is durable.

        Raises:
            AuditUnavailable: something is not.
        """
        for batch in [*self._waiting, *([self._writing] if self._writing else [])]:
            await asyncio.shield(batch.done)

    @property
    def is_out(self) -> bool:
        """Whether the last events could not be written."""
        return self._lost is not None

    def _missed(self, events: int) -> None:
        is_new, self._lost = self._lost is None, (self._lost or 0) + events
        if is_new:
            logger().error("audit_unavailable")
            self._on_outage(0)

    def _recovered(self) -> None:
        lost, self._lost = self._lost, None
        if lost is not None:
            logger().warning("audit_recovered", lost=lost)
            self._on_outage(lost)

    async def _write_on(self) -> None:
        while True:
            await self._wake.wait()
            while self._waiting:
                batch = self._writing = self._waiting.pop(0)
                written = await self._written(batch.events)
                self.size -= len(batch.events)
                self._writing = None
                if written:
                    batch.done.set_result(None)
                    self._tell(batch.events)
                    self._recovered()
                else:
                    batch.done.set_exception(AuditUnavailable(retry_after_seconds=5))
                    self._missed(len(batch.events))
            self._wake.clear()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Nothing is written any more: whoever waits is told so, now."""
        left, self._waiting, self._writing = [*self._waiting, self._writing], [], None
        for done in [one.done for one in left if one is not None and not one.done.done()]:
            done.set_exception(AuditUnavailable(retry_after_seconds=5))
        if not task.cancelled():
            logger().error("audit_writer_ended", error=type(task.exception()).__name__)

    async def _written(self, events: Sequence[AuditEvent]) -> bool:
        """Write a batch; False when it could not be written in time."""
        deadline = time.monotonic() + RETRY_SECONDS
        chains = [event.chain for event in events]
        for pause_seconds in (*_PAUSES_SECONDS, *_PAUSES_SECONDS):
            try:
                await self._store.append(chains, lambda heads: self._linked(events, chains, heads))
            except StoreUnavailable:
                if time.monotonic() + pause_seconds > deadline:
                    break
                await asyncio.sleep(pause_seconds)
            except Exception as error:  # noqa: BLE001 - whatever it was, what waits must not go on as if recorded
                logger().error("audit_failed", error=type(error).__name__)
                return False
            else:
                return True
        return False

    def _linked(self, events: Sequence[AuditEvent], chains: Sequence[str], heads: dict[str, Head]) -> list[Linked]:
        made, mac_key = [], self._keys.mac
        for event, chain in zip(events, chains, strict=True):
            if event.user or event.ip:
                beside = sides(event, os.urandom(2 * SALT_BYTES))
                row = link(heads[chain], event, {side.name: side.commitment for side in beside}, mac_key)
                made.append(Linked(row, tuple(self._sealed(side, chain, row.seq) for side in beside)))
            else:
                made.append(Linked(row := link(heads[chain], event, {}, mac_key)))
            heads[chain] = Head(chain, row.seq, row.hash)
        return made

    def _sealed(self, side: Side, chain: str, seq: int) -> SideRow:
        sealed = seal(
            self._keys.side,
            side.salt + side.value.encode(),
            _binding(chain, seq, side.name),
            message_id=os.urandom(32),
        )
        return SideRow(side.name, subject_of(self._keys, side.value), sealed)

    def _tell(self, events: Iterable[AuditEvent]) -> None:
        for listener in self._listeners:
            for event in events:
                listener(event)

    def opened(self, sealed: bytes, chain: str, seq: int, name: str) -> Side:
        """A side record, for who may read it."""
        plain = unseal(self._keys.side, sealed, _binding(chain, seq, name))
        return Side(name, plain[:SALT_BYTES], plain[SALT_BYTES:].decode())


def subject_of(keys: AuditKeys, value: str) -> bytes:
    """What finds the side records of a person: HMAC of the value, under a key of the installation."""
    return hmac.digest(keys.side, b"holdback audit subject" + value.encode(), hashlib.sha256)


def _binding(chain: str, seq: int, name: str) -> Binding:
    return Binding(tenant=chain, purpose=Purpose.AUDIT_SIDE, row=f"{seq}/{name}", version=1)


class Recorder:
    """The events of one request: findings beyond a cap are counted, and the end waits for all of them."""

    def __init__(
        self, log: AuditLog, *, tenant: str, request_id: str, user: str = "", ip: str = "", fails_open: bool = False
    ) -> None:
        self._fails_open = fails_open
        self._log, self._tenant, self._request_id, self._user, self._ip = log, tenant, request_id, user, ip
        self._pending: set[asyncio.Future[None]] = set()
        self._findings = self._left_out = 0
        self._about: dict[str, Value] = {}

    def begin(self, tenant: str, user: str, about: dict[str, Value], *, fails_open: bool) -> None:
        """Who asks, once that is known. What the request is about is on record before the first that happens in it; a
        request in which nothing happens leaves no trace.

        Args:
            tenant: whose chain it goes to.
            user: kept apart, like the address.
            about: fields of the event.
            fails_open: what cannot be recorded goes on.
        """
        self._tenant, self._user, self._about = tenant, user, about
        self._fails_open = self._fails_open or fails_open

    def note(self, kind: Kind, fields: dict[str, Value]) -> None:
        """Record one event.

        Raises:
            AuditUnavailable: it cannot be.
        """
        if kind in (Kind.REDACTION, Kind.RESTORE):
            self._findings += 1
            if self._findings > REQUEST_FINDINGS:
                self._left_out += 1
                return
        self._put(kind, fields)

    async def durable(self) -> None:
        """Return when everything noted so far is in the database.

        Raises:
            AuditUnavailable: it is not.
        """
        if self._left_out:
            self._put(Kind.STREAM, {"left_out": self._left_out})
            self._left_out = 0
        pending, self._pending = self._pending, set()
        try:
            for done in pending:
                await asyncio.shield(done)
        except AuditUnavailable:
            self._unrecorded()

    def _put(self, kind: Kind, fields: dict[str, Value]) -> None:
        about, self._about = self._about, {}
        if about:
            self._put(Kind.REQUEST, about)
        # A finding leads to its request by the id; what names a person is kept with the request's other events.
        user, ip = ("", "") if kind in (Kind.REDACTION, Kind.RESTORE) else (self._user, self._ip)
        event = AuditEvent(kind, self._tenant, time.time_ns() // 1000, self._request_id, fields, user=user, ip=ip)
        try:
            self._pending.add(self._log.note(event))
        except AuditUnavailable:
            self._unrecorded()

    def _unrecorded(self) -> None:
        if not self._fails_open:
            raise AuditUnavailable(retry_after_seconds=5)
        logger().error("unrecorded", request_id=self._request_id)
