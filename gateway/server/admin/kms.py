"""Routes of a tenant's key: onboard, look, rotate, unseal, revoke."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from gateway.auth.roles import Role, may
from gateway.errors import UnknownEndpoint
from gateway.errors.admin import InvalidField, RoleDenied
from gateway.errors.tenant_keys import NoKmsConfig
from gateway.kms.fields import refuse_credentials
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty
from gateway.server.admin.steps import take_step_up
from gateway.stores.tables.keys import KeyVersion, Wrapping
from gateway.tenant_keys.lifecycle import Onboarding
from gateway.tenant_keys.wrapping import WrapMethod

VERSION_MAX = 1_000_000_000


class Onboard(Body):
    """Which key of which key service wraps the tenant's key. `config` has the fields of the provider, and no other;
    for the methods `global` and `operator_kms` nothing else is given."""

    method: Literal["customer_kms", "operator_kms", "global"] = "customer_kms"
    provider: Literal["aws", "gcp", "azure", "local"] | None = None
    kms_key_ref: str | None = Field(None, min_length=1, max_length=2048)
    config: dict[str, str] = Field(default_factory=dict, max_length=8)
    rotate_every_days: int = Field(0, ge=0, le=3650)

    @model_validator(mode="before")
    @classmethod
    def refuse_credentials(cls, given: Any) -> Any:
        """Before anything else is said of a body: a credential in it gets one clear word, wherever it is."""
        refuse_credentials(given)
        return given


class Onboarded(Answer):
    """The configuration is in force; what older versions sealed is sealed anew, by and by."""

    ok: bool = True
    provider: str
    kms_key_ref: str
    new_key_version: int
    new_key_id: str
    rewrap_status: str = "enqueued"
    note: str = "Older versions still open what they sealed, until all of it is sealed anew."


class ConfigAnswer(Answer):
    """The configuration in force."""

    provider: str
    kms_key_ref: str
    config: dict[str, str]
    rotate_every_days: int
    sealed_since: datetime | None
    last_verified_at: datetime | None
    last_verify_error: str | None


class VersionAnswer(Answer):
    """One version of the key."""

    id: str
    version: int
    wrap_method: str
    status: str
    created_at: datetime
    retired_at: datetime | None
    records: int


class Rewrap(Answer):
    """How far the last rotations have come: `done`, or so many records are left of all, `running` or, while the tenant
    is sealed, `waiting`."""

    status: Literal["done", "running", "waiting"]
    records: int
    records_left: int


class Status(Answer):
    """Configuration, versions, and what is still to be sealed anew."""

    config: ConfigAnswer
    keys: list[VersionAnswer]
    rewrap: Rewrap


class ExternalId(Answer):
    """For the trust policy of an AWS role."""

    external_id: str


class Rotated(Answer):
    """A new version is active."""

    rotated: bool = True
    new_version: int
    rewrap_lease_id: str | None


class Unsealed(Answer):
    """The tenant is open."""

    unsealed: bool = True


class RevokedAnswer(Answer):
    """The version is erased, for good."""

    revoked: bool = True
    version: int


async def onboard(call: Call[Onboard]) -> Onboarded:
    """Put a configuration in force."""
    body, admin, keys = call.body, call.caller, call.services.control.keys
    if (body.method == "customer_kms") != (body.provider is not None and body.kms_key_ref is not None):
        raise InvalidField(param="kms_key_ref" if body.provider else "provider")
    if body.method != "customer_kms" and (body.provider or body.kms_key_ref or body.config):
        raise InvalidField(param="method")
    is_replacing = await keys.lifecycle.needs_replacing(admin.tenant_id)
    if is_replacing:
        if not may(Role(admin.role), "kms.replace"):
            raise RoleDenied
        await take_step_up(call.services, admin, "kms.replace", call.step_up)
    asked = Onboarding(
        WrapMethod(body.method), body.provider or "", body.kms_key_ref or "", body.config, body.rotate_every_days
    )
    added = await keys.lifecycle.onboard(admin.tenant_id, asked)
    _tell(call, "kms.replace" if is_replacing else "kms.onboard", added)
    wrapping = added.wrapping
    return Onboarded(
        provider=body.provider or body.method,
        kms_key_ref=wrapping.key_ref,
        new_key_version=added.version,
        new_key_id=added.id,
    )


async def status(call: Call[Empty]) -> Status:
    """Look."""
    tenant_id, store = call.caller.tenant_id, call.services.stores.keys
    config = await store.config(tenant_id)
    if config is None:
        raise NoKmsConfig
    shown = ConfigAnswer(
        provider=_internal(config.wrapping),
        kms_key_ref=config.wrapping.key_ref,
        config=dict(config.wrapping.config),
        rotate_every_days=config.rotate_every_days,
        sealed_since=config.sealed_since,
        last_verified_at=config.last_verified_at,
        last_verify_error=config.last_verify_error or None,
    )
    progress = await call.services.control.keys.records.progress(tenant_id)
    waits = "waiting" if config.sealed_since else "running"
    rewrap = Rewrap(
        status=waits if progress.left else "done",
        records=sum(progress.by_version.values()),
        records_left=progress.left,
    )
    keys = [_shown(one, progress.by_version.get(one.version, 0)) for one in await store.versions(tenant_id)]
    return Status(config=shown, keys=keys, rewrap=rewrap)


async def external_id(call: Call[Empty]) -> ExternalId:
    """What to put into the role's trust policy, before onboarding."""
    wrappings = call.services.control.keys.keyring.wrappings
    return ExternalId(external_id=wrappings.external_id(call.caller.tenant_id))


async def rotate(call: Call[Empty]) -> Rotated:
    """A new version."""
    added = await call.services.control.keys.lifecycle.rotate(call.caller.tenant_id)
    _tell(call, "kms.rotate", added)
    return Rotated(new_version=added.version, rewrap_lease_id=f"rwl_{added.id.partition('_')[2]}")


async def unseal(call: Call[Empty]) -> Unsealed:
    """Try now."""
    await call.services.control.keys.lifecycle.unseal(call.caller.tenant_id)
    admin = call.caller
    call.services.control.events.emit(ControlEvent("kms.unseal", admin.tenant_id, admin.id))
    return Unsealed()


async def revoke(call: Call[Empty]) -> RevokedAnswer:
    """Erase a version."""
    written = call.path["version"]
    if not written.isascii() or not written.isdigit() or not 0 < int(written[:12]) <= VERSION_MAX:
        raise UnknownEndpoint
    version, admin = int(written), call.caller
    await call.services.control.keys.lifecycle.revoke(admin.tenant_id, version)
    event = ControlEvent("kms.revoke", admin.tenant_id, admin.id, str(version), {"version": version})
    call.services.control.events.emit(event)
    return RevokedAnswer(version=version)


def _tell(call: Call[Onboard] | Call[Empty], action: str, added: KeyVersion) -> None:
    admin = call.caller
    details: dict[str, str | int] = {
        "version": added.version,
        "method": added.wrapping.method,
        "provider": added.wrapping.provider,
    }
    call.services.control.events.emit(ControlEvent(action, admin.tenant_id, admin.id, added.id, details))


def _internal(wrapping: Wrapping) -> str:
    is_customers = wrapping.method == WrapMethod.CUSTOMER.value
    return f"customer_kms_{wrapping.provider}" if is_customers else wrapping.method


def _shown(version: KeyVersion, records: int) -> VersionAnswer:
    return VersionAnswer(
        id=version.id,
        version=version.version,
        wrap_method=_internal(version.wrapping),
        status=version.status,
        created_at=version.created_at,
        retired_at=version.retired_at,
        records=records,
    )


ROUTES = (
    AdminRoute(
        "POST", "/admin/tenant-kms", "kms.onboard", "Name the key that wraps the tenant's", Onboard, Onboarded, onboard
    ),
    AdminRoute("GET", "/admin/tenant-kms", "kms.read", "Configuration and versions", Empty, Status, status),
    AdminRoute(
        "GET", "/admin/tenant-kms/external-id", "kms.read", "ExternalId for an AWS role", Empty, ExternalId, external_id
    ),
    AdminRoute("POST", "/admin/tenant-kms/rotate", "kms.rotate", "A new version", Empty, Rotated, rotate),
    AdminRoute("POST", "/admin/tenant-kms/unseal", "kms.unseal", "Try to unseal now", Empty, Unsealed, unseal),
    AdminRoute(
        "POST",
        "/admin/tenant-kms/versions/{version}/revoke",
        "kms.revoke",
        "Erase a version for good",
        Empty,
        RevokedAnswer,
        revoke,
    ),
)
