"""Erasing for good: a subject's stored tokens, a version of a tenant's key with all that it sealed, a whole tenant.

Laws kept here:
1. Each leaves a record in the critical chain: who asked, what was erased, how much. The record names a subject by the
   digest that the store knew them by, never by their name.
2. A key goes before rows do: whatever happens after that, nothing that it sealed can be read, in a backup neither.
3. Erasing twice is no error: the second time there is nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from gateway.audit.event import SYSTEM, AuditEvent, Kind, Value, chain_of
from gateway.audit.log import AuditKeys, AuditLog, subject_of
from gateway.control import Control
from gateway.errors.stores import Conflict, NotFound
from gateway.ledgers import Ledgers
from gateway.settings import Settings
from gateway.stores.opened import Stores
from gateway.stores.tables.audit import AuditStore
from gateway.stores.tables.erasing import erase_tenant
from gateway.stores.tables.tenants import TenantStatus
from gateway.vault.digests import Digest
from gateway.vaults import Vaults

Revoke = Callable[[str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased, by what it was."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts.values())

    def __str__(self) -> str:
        return ", ".join(f"{name}: {count}" for name, count in sorted(self.counts.items())) or "nothing"


class Erasure:
    """One a process.

    Args:
        revoke: erases a version of a tenant's key, with what was sealed under it.
        keys: of the record, where personal fields are.
        log: of the record.
    """

    def __init__(
        self,
        stores: Stores,
        ledgers: Ledgers,
        revoke: Revoke,
        keys: AuditKeys,
        log: AuditLog,
        now: Callable[[], datetime],
    ) -> None:
        self._stores, self._ledgers, self._revoke = stores, ledgers, revoke
        self._keys, self._log, self._now = keys, log, now
        self._audit = AuditStore(stores.database)

    async def subject(self, tenant: str, name: str, actor: str) -> Erased:
        """Erase what is kept of the tokens of one subject, and their name in the record.

        Args:
            name: as the client named them: in `X-Holdback-User`, in a body, or beside a value that went into a vault.

        Raises:
            StoreUnavailable, AuditUnavailable: some of it may be left; ask again.
        """
        about = self._ledgers.subject(tenant, name)
        counts = dict(await self._stores.records.erase(tenant, about))
        counts["provider-ids"] = await self._stores.owned.erase(tenant, about)
        chains = [chain_of(tenant, critical=critical) for critical in (False, True)]
        counts["audit-fields"] = await self._audit.erase_subject(subject_of(self._keys, name), chains)
        return await self._told(tenant, "subject", about, actor, counts)

    async def version(self, tenant: str, version: int, actor: str) -> Erased:
        """Erase a version of a tenant's key: what it sealed and what it made turns back no more, anywhere.

        Raises:
            NotFound: there is none.
            StoreUnavailable, AuditUnavailable: ask again.
        """
        counts = await self._revoked(tenant, version)
        return await self._told(tenant, "key version", str(version), actor, counts)

    async def tenant(self, tenant: str, actor: str) -> Erased:
        """Erase a tenant: its keys first, then its routes, secrets, keys of access, accounts, vaults and ledgers; close
        it for good.

        Raises:
            NotFound: there is none.
            StoreUnavailable, AuditUnavailable: some of it may be left; ask again.
        """
        await self._stores.tenants.get(tenant)
        counts: Counter[str] = Counter()
        for version in await self._stores.keys.versions(tenant):
            counts += await self._revoked(tenant, version.version)
        with suppress(NotFound):  # closed already
            await self._stores.tenants.change(tenant, self._now(), status=TenantStatus.DELETED)
        counts += Counter(await erase_tenant(self._stores.database, tenant))
        return await self._told(tenant, "tenant", tenant, actor, counts)

    async def _revoked(self, tenant: str, version: int) -> Counter[str]:
        """Erase a version, with all that hangs on it; nothing when it is erased already."""
        held = await self._stores.records.held(tenant, version)
        with suppress(Conflict):
            await self._revoke(tenant, version)
            return Counter({"key-versions": 1, "sealed-records": held})
        return Counter()

    async def _told(self, tenant: str, scope: str, target: str, actor: str, counts: Mapping[str, int]) -> Erased:
        erased = Erased({name: count for name, count in counts.items() if count})
        fields: dict[str, Value] = {"scope": scope, "target": target, "actor": actor}
        fields |= {"count": erased.total, "outcome": str(erased)}
        at_us = int(self._now().timestamp() * 1_000_000)
        await self._log.record(AuditEvent(Kind.ERASURE, tenant or SYSTEM, at_us, "", fields))
        return erased


def open_vaults(
    settings: Settings, stores: Stores, control: Control, audit_keys: AuditKeys, log: AuditLog
) -> tuple[Ledgers, Vaults, Erasure]:
    """What keeps tokens, those of conversations that providers keep and those of vaults, and what erases them."""
    digest, keys = Digest(control.master.derive("token digests")), control.keys
    ledgers = Ledgers(keys.records, stores, settings.tokens, digest, control.clock)
    vaults = Vaults(keys.records, stores, ledgers, control.clock)
    return ledgers, vaults, Erasure(stores, ledgers, keys.lifecycle.revoke, audit_keys, log, control.clock)
