"""What the control plane stands on: the installation's master key, the event hook, the clock, the keys of tenants."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gateway.egress import Egress
from gateway.observe.events import ControlEvents
from gateway.settings import Settings
from gateway.settings.keys import key_service_secret
from gateway.stores.master import MasterKey, master_key, master_text
from gateway.stores.opened import Stores
from gateway.tenant_keys.opened import TenantKeys, open_tenant_keys
from gateway.tenant_keys.wrapping import Opener, WrapOptions, operator_wrapping
from gateway.token_keys import LOCAL_TENANT


@dataclass(frozen=True, slots=True)
class Control:
    """One a process. `clock`: the time now, in UTC."""

    master: MasterKey
    events: ControlEvents
    clock: Callable[[], datetime]
    keys: TenantKeys

    def check_open(self, tenant_id: str) -> None:
        """Whether this replica may serve a tenant now, as far as its key goes: to be asked by every door, as soon as it
        knows whose request it is. Waits for nothing.

        Raises:
            TenantSealed: its key service refuses; 503, also for whoever needs no key.
            KeyRevoked: its key was erased for good.
            RevocationsUnknown: this replica lost the database.
        """
        if tenant_id != LOCAL_TENANT:
            self.keys.keyring.revocations.check_fresh()
            self.keys.keyring.ring.seals.check(tenant_id)

    async def session_seconds(self, tenant_id: str, at_most: float) -> float:
        """How long a session of a tenant that begins now may last: not past the time of the key that it hangs on.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable: none may begin.
        """
        if tenant_id == LOCAL_TENANT:
            return at_most
        return await self.keys.keyring.session_seconds(tenant_id, at_most)


@asynccontextmanager
async def open_control(
    settings: Settings, stores: Stores, egress: Egress, opener: Opener | None = None
) -> AsyncIterator[Control]:
    """Open it, and close it at the end; `egress` is the way to the vaults that tenants name, `opener` opens key
    services; None for the way that `gateway.kms` does.

    Raises:
        ConfigurationError: there is no master key, or it is none.
        StoreUnavailable: the database cannot be reached.
    """
    master, events = master_key_of(settings), ControlEvents()
    staleness = settings.keys.revocation_staleness_seconds
    options = replace(wrap_options(settings), connector=egress.connector)
    async with open_tenant_keys(
        stores, master, events, options, _clock, staleness_seconds=staleness, opener=opener
    ) as keys:
        yield Control(master, events, _clock, keys)


def master_text_of(settings: Settings) -> str:
    """The installation's master key as it is written; made beside an embedded database that has none.

    Raises:
        ConfigurationError: there is none, or its file cannot be used.
    """
    given = settings.keys.master_key
    folder = None if settings.stores.database_url else Path(settings.stores.data_dir)
    return master_text(given.get_secret_value() if given else None, folder)


def master_key_of(settings: Settings) -> MasterKey:
    """The installation's master key.

    Raises:
        ConfigurationError: there is none, or it is no key.
    """
    return master_key(master_text_of(settings))


def wrap_options(settings: Settings) -> WrapOptions:
    """How tenants' keys may be wrapped, as the settings say.

    Raises:
        ConfigurationError: the operator's key service cannot be used.
    """
    keys = settings.keys
    operator = None
    if keys.operator_provider:
        operator = operator_wrapping(keys.operator_provider, keys.operator_key_ref, keys.operator_config)
    return WrapOptions(operator, keys.allow_local_provider, key_service_secret, keys.call_seconds)


def _clock() -> datetime:
    return datetime.now(UTC)
