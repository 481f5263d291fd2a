"""Tenants' keys, opened and closed in one place."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from gateway.kms.provider import KEY_BYTES, open_provider
from gateway.observe.events import ControlEvents
from gateway.stores.master import MasterKey
from gateway.stores.opened import Stores
from gateway.tenant_keys.keyring import TenantKeyring
from gateway.tenant_keys.lifecycle import KeyLifecycle
from gateway.tenant_keys.records import KeyKeeper, SealedRecords
from gateway.tenant_keys.revocations import STALENESS_SECONDS
from gateway.tenant_keys.wrapping import Opener, WrapOptions, Wrappings


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """All that has to do with tenants' keys."""

    keyring: TenantKeyring
    lifecycle: KeyLifecycle
    records: SealedRecords
    keeper: KeyKeeper


@asynccontextmanager
async def open_tenant_keys(
    stores: Stores,
    master: MasterKey,
    events: ControlEvents,
    options: WrapOptions,
    now: Callable[[], datetime],
    *,
    staleness_seconds: float = STALENESS_SECONDS,
    opener: Opener | None = None,
) -> AsyncIterator[TenantKeys]:
    """Open them, and wipe them at the end.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    keyring = TenantKeyring(
        stores.keys,
        stores.shared,
        Wrappings(master, options, opener or open_provider),
        events,
        new_key=lambda: bytearray(secrets.token_bytes(KEY_BYTES)),
        now=now,
        staleness_seconds=staleness_seconds,
    )
    lifecycle = KeyLifecycle(keyring)
    records = SealedRecords(keyring, stores.records)
    keeper = KeyKeeper(keyring, lifecycle, records, stores.purge)
    await keyring.start()
    keeper.start()
    try:
        yield TenantKeys(keyring, lifecycle, records, keeper)
    finally:
        await keeper.close()
        await keyring.close()
