"""The write path of usage: what answers used is summed by what is alike, and written in batches.

Laws kept here:
1. Nothing is dropped: a batch that cannot be written is kept and tried again. Beyond `ALIKE_MAX` different rows, new
   ones are summed under fewer names (no person, no tags, model `other`), so that money is never lost.
2. A person's name stands in no row: a pseudonym does, a keyed hash of it; the name goes sealed into a table of its own.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from gateway.errors import GatewayError
from gateway.errors.stores import StoreUnavailable
from gateway.observe.log import describe, logger
from gateway.observe.metrics import Metrics
from gateway.stores.tables.usage import Alike, Person, UsageStore, Used
from gateway.vault.envelope import Binding, seal, unseal
from gateway.vault.keys import Purpose

ALIKE_MAX = 20_000
KNOWN_PEOPLE_MAX = 10_000
RETRY_SECONDS = 1.0
PERSON_CHARS = 26


class UsageLedger:
    """One a process; open with `async with`.

    Args:
        store: where it is written.
        key: 32 bytes, of the installation: hashes and seals names.
        metrics: how much waits.
        retention_days: for how long rows are kept.
    """

    def __init__(self, store: UsageStore, key: bytes, metrics: Metrics, *, retention_days: int = 400) -> None:
        self._store, self._key, self._metrics, self._retention_days = store, key, metrics, retention_days
        self._waiting: dict[Alike, Used] = {}
        self._people: dict[tuple[str, str], Person] = {}
        self._known: dict[tuple[str, str], None] = {}
        self._wake = asyncio.Event()
        self._flushing: list[tuple[int, asyncio.Future[None]]] = []
        self._noted = self._done = 0
        self._is_closing = False
        self._pruned_on: date | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Sums that are not written yet."""
        return len(self._waiting)

    async def __aenter__(self) -> UsageLedger:
        self._task = asyncio.create_task(self._write_on(), name="usage writer")
        return self

    async def __aexit__(self, *_: object) -> None:
        # Never in the middle of a write: what was written and not known to be would be written twice.
        self._is_closing = True
        self._wake.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def person(self, tenant: str, name: str) -> str:
        """The pseudonym of a person, which stands for the name from now on; `""` for none."""
        if not name:
            return ""
        person = self.pseudonym(tenant, name)
        known = (tenant, person)
        if known not in self._known:
            while len(self._known) >= KNOWN_PEOPLE_MAX:
                del self._known[next(iter(self._known))]
            self._known[known] = None
            sealed = seal(self._key, name.encode(errors="replace"), _binding(*known), message_id=os.urandom(32))
            self._people[known] = Person(tenant, person, sealed)
        return person

    def pseudonym(self, tenant: str, name: str) -> str:
        """The pseudonym of a person."""
        digest = hmac.digest(self._key, f"{len(tenant)}.{tenant}{name}".encode(errors="replace"), hashlib.sha256)
        return "u_" + base64.b32encode(digest).decode().lower()[:PERSON_CHARS]

    async def names(self, tenant: str, people: list[str]) -> dict[str, str]:
        """Names by pseudonym; those that were erased are not there."""
        sealed = await self._store.names(tenant, people)
        return {one: unseal(self._key, data, _binding(tenant, one)).decode() for one, data in sealed.items()}

    async def erase(self, tenant: str, name: str) -> bool:
        """Erase a person's name; whether it was there."""
        person = self.pseudonym(tenant, name)
        await self.flush()
        self._known.pop((tenant, person), None)
        return await self._store.erase(tenant, person)

    def note(self, alike: Alike, used: Used) -> None:
        """Sum up an answer; it is written soon."""
        if alike not in self._waiting and len(self._waiting) >= ALIKE_MAX:
            alike = replace(alike, person="", tags="", model="other")
        self._waiting[alike] = self._waiting.get(alike, Used()).plus(used)
        self._noted += 1
        self._metrics.spend.usage_waiting.set(len(self._waiting))
        self._wake.set()

    async def flush(self) -> None:
        """Return when all that was noted so far is in the database.

        Raises:
            StoreUnavailable: it is not.
        """
        if self._done >= self._noted:
            return
        done = asyncio.get_running_loop().create_future()
        self._flushing.append((self._noted, done))
        self._wake.set()
        await done

    async def _write_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            is_written = await self._write()
            if self._is_closing:
                return
            if not is_written:
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()

    async def _write(self) -> bool:
        rows, people, noted = self._waiting, self._people, self._noted
        self._waiting, self._people = {}, {}
        is_written = False
        try:
            await self._prune()
            if rows or people:
                await self._store.add(rows, list(people.values()))
            is_written = True
        except GatewayError as error:
            logger().warning("usage_unwritten", rows=len(rows), **describe(error))
        if is_written:
            self._done = noted
        else:
            for alike, used in rows.items():
                self._waiting[alike] = self._waiting.get(alike, Used()).plus(used)
            self._people = {**people, **self._people}
        self._metrics.spend.usage_waiting.set(len(self._waiting))
        self._tell(is_written=is_written)
        return is_written

    def _tell(self, *, is_written: bool) -> None:
        """Those who wait for a flush: it is done, or this write failed; else they wait for the next one."""
        left = []
        for wanted, done in self._flushing:
            if done.done():
                continue
            if self._done >= wanted:
                done.set_result(None)
            elif not is_written:
                done.set_exception(StoreUnavailable(retry_after_seconds=1))
            else:
                left.append((wanted, done))
        self._flushing = left

    async def _prune(self) -> None:
        """Once a day, what is older than usage is kept."""
        today = datetime.now(UTC).date()
        if today != self._pruned_on:
            await self._store.prune(f"{today - timedelta(days=self._retention_days):%Y-%m-%d}")
            self._pruned_on = today


def _binding(tenant: str, person: str) -> Binding:
    return Binding(tenant=tenant, purpose=Purpose.USAGE_PERSON, row=person, version=1)
