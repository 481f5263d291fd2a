"""Sealing and opening records, and sealing them anew after a rotation."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.errors import GatewayError
from gateway.errors.kms import KmsError
from gateway.errors.vault import SealedDataUnreadable
from gateway.observe.log import describe, logger
from gateway.stores.tables.key_tables import RETIRED
from gateway.stores.tables.records import RecordStore, SealedRecord
from gateway.tenant_keys.keyring import TenantKeyring
from gateway.tenant_keys.lifecycle import KeyLifecycle, Step
from gateway.vault.envelope import MESSAGE_ID_BYTES, Binding, seal, unseal
from gateway.vault.keys import Purpose, TenantRoot, wipe

BATCH = 100
BATCH_SECONDS = 5.0
PAGE = 100
"""Tenants that are looked after at a time."""
CLAIM_SECONDS = 60
"""For so long one replica has tried a tenant's rotation, and no other tries."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """Something to keep; `parent`, `subject` and `origin_version` as in `SealedRecord`."""

    name: str
    plaintext: bytes = field(repr=False)
    expires_at: datetime | None = None
    parent: str = ""
    subject: str = ""
    origin_version: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A record, and what is in it."""

    record: SealedRecord
    plaintext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """Records by the version that they are sealed under, and how many are left under retired ones."""

    by_version: Mapping[int, int]
    left: int


class SealedRecords:
    """What rooms keep under tenants' keys."""

    def __init__(self, keyring: TenantKeyring, store: RecordStore) -> None:
        self._keyring, self._store = keyring, store

    async def put(
        self, tenant_id: str, purpose: Purpose, name: str, plaintext: bytes, expires_at: datetime | None = None
    ) -> None:
        """Keep something under the tenant's active version, in place of what had that name.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        [record] = await self._sealed(tenant_id, purpose, [NewRecord(name, plaintext, expires_at)])
        await self._store.put(record, self._keyring.now())

    async def add(self, tenant_id: str, purpose: Purpose, new: Sequence[NewRecord]) -> None:
        """Keep new records, all of them or none.

        Raises:
            Conflict: one of that name is there.
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        await self._store.add(await self._sealed(tenant_id, purpose, new), self._keyring.now())

    async def active_version(self, tenant_id: str) -> int:
        """The version that seals now.

        Raises:
            KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        return (await self._keyring.versions(tenant_id))[0].version

    async def _sealed(self, tenant_id: str, purpose: Purpose, new: Sequence[NewRecord]) -> list[SealedRecord]:
        version, lease = await self._keyring.active(tenant_id)
        with lease:
            return [
                SealedRecord(
                    tenant_id,
                    purpose.value,
                    one.name,
                    version.version,
                    _seal(lease.key, tenant_id, purpose, one.name, version.version, one.plaintext),
                    one.expires_at,
                    one.parent,
                    one.subject,
                    origin_version=one.origin_version,
                )
                for one in new
            ]

    async def get(self, tenant_id: str, purpose: Purpose, name: str) -> bytes:
        """What was kept.

        Raises:
            NotFound: nothing, or past its time, or its version was revoked since.
            KeyRevoked, TenantSealed, RevocationsUnknown, StoreUnavailable, SealedDataUnreadable.
        """
        return (await self.find(tenant_id, purpose, name)).plaintext

    async def find(self, tenant_id: str, purpose: Purpose, name: str) -> Kept:
        """What was kept, with its record; errors as of `get`."""
        record = await self._store.get(tenant_id, purpose.value, name, self._keyring.now())
        return Kept(record, await self._open(record))

    async def change(self, kept: Kept, plaintext: bytes) -> None:
        """Put something else into a record, which stays what it was in all else, the version of its origin too.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        before = kept.record
        new = NewRecord(before.name, plaintext)
        [sealed] = await self._sealed(before.tenant_id, Purpose(before.purpose), [new])
        await self._store.reseal([(before, replace(before, version=sealed.version, sealed=sealed.sealed))])

    async def within(
        self, tenant_id: str, purpose: Purpose, parent: str, *, after: str = "", limit: int = 1000
    ) -> list[Kept]:
        """What belongs to `parent`, in the order of names.

        Raises:
            KeyRevoked, TenantSealed, RevocationsUnknown, StoreUnavailable, SealedDataUnreadable.
        """
        now = self._keyring.now()
        found = await self._store.within(tenant_id, purpose.value, parent, now, after=after, limit=limit)
        return [Kept(one, await self._open(one)) for one in found]

    async def _open(self, record: SealedRecord) -> bytes:
        with await self._keyring.lease(record.tenant_id, record.version) as lease:
            root = TenantRoot(lease.key, record.tenant_id, record.version)
            purpose = Purpose(record.purpose)
            sub_key = root.sub_key(purpose)
            try:
                return unseal(sub_key, record.sealed, Binding(record.tenant_id, purpose, record.name, record.version))
            finally:
                wipe(sub_key)

    async def reseal(self, tenant_id: str, step: Step = lambda _: None) -> int:
        """Seal one batch of what retired versions sealed under the active one; how many were done.

        A batch is one transaction, and what is done is found by what is left: it can stop anywhere.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        retired = [one.version for one in await self._keyring.versions(tenant_id) if one.status == RETIRED]
        step("read")
        changed: list[tuple[SealedRecord, SealedRecord]] = []
        after = ("", "")
        while retired and not changed:
            found = await self._store.under(tenant_id, retired, BATCH, after)
            for record in found:
                try:
                    plaintext = await self._open(record)
                except SealedDataUnreadable:
                    continue  # damaged: it stays, and shows in `progress`
                except KmsError:
                    # Its key service is away: what is under other versions shall not wait for it.
                    retired = [version for version in retired if version != record.version]
                    continue
                changed.append((record, await self._anew(record, plaintext)))
            if len(found) < BATCH:
                break
            after = (found[-1].purpose, found[-1].name)
        step("sealed")
        if changed:
            await self._store.reseal(changed)
        step("resealed")
        return len(changed)

    async def _anew(self, record: SealedRecord, plaintext: bytes) -> SealedRecord:
        version, lease = await self._keyring.active(record.tenant_id)
        with lease:
            purpose = Purpose(record.purpose)
            sealed = _seal(lease.key, record.tenant_id, purpose, record.name, version.version, plaintext)
        return replace(record, version=version.version, sealed=sealed)

    async def progress(self, tenant_id: str) -> Progress:
        """How far the last rotations have come. Needs no key.

        Raises:
            StoreUnavailable.
        """
        retired = {one.version for one in await self._keyring.store.versions(tenant_id) if one.status == RETIRED}
        counts = await self._store.counts(tenant_id)
        return Progress(counts, sum(count for version, count in counts.items() if version in retired))


def _seal(root_key: bytearray, tenant_id: str, purpose: Purpose, name: str, version: int, plaintext: bytes) -> bytes:
    sub_key = TenantRoot(root_key, tenant_id, version).sub_key(purpose)
    try:
        binding = Binding(tenant_id, purpose, name, version)
        return seal(sub_key, plaintext, binding, message_id=secrets.token_bytes(MESSAGE_ID_BYTES))
    finally:
        wipe(sub_key)


class KeyKeeper:
    """In the background: re-seals after rotations, rotates where a configuration asks for it, and deletes what is past
    its time (`purge`)."""

    def __init__(
        self,
        keyring: TenantKeyring,
        lifecycle: KeyLifecycle,
        records: SealedRecords,
        purge: Callable[[datetime], Awaitable[None]],
        seconds: float = BATCH_SECONDS,
    ) -> None:
        self._purge = purge
        self._keyring, self._lifecycle, self._records, self._seconds = keyring, lifecycle, records, seconds
        self._due_after = self._behind_after = ""
        self._task: asyncio.Task[None] | None = None

    async def once(self) -> int:
        """One batch for each tenant that needs one, and the rotations that are due; how much was done. What is past its
        time goes."""
        done = 0
        due = await self._keyring.store.due(self._keyring.now(), PAGE, self._due_after)
        behind = await self._keyring.store.behind(PAGE, self._behind_after)
        # The next page next time: what fails for some, again and again, keeps no other from its turn.
        self._due_after, self._behind_after = (found[-1] if len(found) == PAGE else "" for found in (due, behind))
        for tenant_id in due:
            with suppress(GatewayError):  # the tenant is sealed, or its key service is away: next time
                if await self._keyring.shared.claim(f"rotation:{tenant_id}", CLAIM_SECONDS):
                    await self._lifecycle.rotate(tenant_id)
                    done += 1
        for tenant_id in behind:
            with suppress(GatewayError):
                done += await self._records.reseal(tenant_id)
        with suppress(GatewayError):
            await self._purge(self._keyring.now())
        return done

    def start(self) -> None:
        """From now on."""
        self._task = asyncio.create_task(self._for_ever())

    async def close(self) -> None:
        """End it; it can stop anywhere."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self.once()
            except GatewayError:
                continue
            except Exception as error:  # noqa: BLE001 - the loop must go on
                logger().error("key_keeper_failed", **describe(error))
