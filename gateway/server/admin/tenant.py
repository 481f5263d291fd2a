"""Routes of the tenant itself, and of who administers it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from gateway.auth.roles import Role
from gateway.errors.admin import InvalidField
from gateway.observe.events import ControlEvent
from gateway.server.admin.auth import Identity, approved, identity, local_subject
from gateway.server.admin.auth import PublicKey as EnrolledKey
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty
from gateway.stores.tables.admins import LOCAL, Admin
from gateway.stores.tables.tenants import Tenant, new_id

_RoleName = Literal["owner", "admin", "developer", "viewer"]


class TenantAnswer(Answer):
    """A tenant."""

    id: str
    slug: str
    name: str
    status: str
    created_at: datetime


class Rename(Body):
    """Another name; the slug stays."""

    name: str = Field(min_length=1, max_length=100)


class NewAdmin(Body):
    """Someone who may come in: the holder of a key, or a subject of an approved issuer."""

    name: str = Field(min_length=1, max_length=100)
    role: _RoleName
    public_key: EnrolledKey | None = None
    issuer: str | None = Field(None, min_length=8, max_length=300)
    subject: str | None = Field(None, min_length=1, max_length=300)


class RoleChange(Body):
    """Another role."""

    role: _RoleName


class Identities(Answer):
    """All identities of the tenant."""

    data: list[Identity]


class Done(Answer):
    """It is done."""

    ok: bool = True


async def show(call: Call[Empty]) -> TenantAnswer:
    """The caller's tenant."""
    return _answer(await call.services.stores.tenants.get(call.caller.tenant_id))


async def rename(call: Call[Rename]) -> TenantAnswer:
    """Another name."""
    admin = call.caller
    changed = await call.services.stores.tenants.change(admin.tenant_id, call.now, name=call.body.name)
    call.services.control.events.emit(ControlEvent("tenant.rename", admin.tenant_id, admin.id, admin.tenant_id))
    return _answer(changed)


async def delete(call: Call[Empty]) -> Done:
    """Erase all versions of its key and all of its rows, and close it for good."""
    admin, services = call.caller, call.services
    await services.erasure.tenant(admin.tenant_id, admin.id)
    services.control.events.emit(ControlEvent("tenant.delete", admin.tenant_id, admin.id, admin.tenant_id))
    return Done()


class ErasedAnswer(Answer):
    """How much was erased, by what it was."""

    erased: dict[str, int]


class SubjectName(Body):
    """A subject, as the client named them."""

    name: str = Field(min_length=1, max_length=256, repr=False)


async def erase_subject(call: Call[SubjectName]) -> ErasedAnswer:
    """Erase what is kept of one subject's tokens."""
    erased = await call.services.erasure.subject(call.caller.tenant_id, call.body.name, call.caller.id)
    return ErasedAnswer(erased=dict(erased.counts))


async def admins(call: Call[Empty]) -> Identities:
    """Who administers."""
    found = await call.services.stores.admins.of_tenant(call.caller.tenant_id)
    return Identities(data=[identity(admin) for admin in found])


async def add_admin(call: Call[NewAdmin]) -> Identity:
    """One more."""
    body, caller, services = call.body, call.caller, call.services
    if (body.public_key is None) == (body.issuer is None) or (body.issuer is None) != (body.subject is None):
        raise InvalidField(param="public_key")
    key, subject = local_subject(body.public_key) if body.public_key else ("", str(body.subject))
    issuer = LOCAL if body.public_key else str(body.issuer)
    if issuer != LOCAL:
        await approved(services, issuer, caller.tenant_id)
    added = Admin(new_id("adm"), caller.tenant_id, body.role, body.name, issuer, subject, key, call.now)
    await services.stores.admins.add(added)
    event = ControlEvent("admins.add", caller.tenant_id, caller.id, added.id, {"role": Role(body.role).value})
    services.control.events.emit(event)
    return identity(added)


async def change_admin(call: Call[RoleChange]) -> Done:
    """Another role for an identity."""
    return await _change(call.path["admin_id"], call.body.role, call)


async def remove_admin(call: Call[Empty]) -> Done:
    """Take an identity away."""
    return await _change(call.path["admin_id"], None, call)


async def _change(admin_id: str, role: str | None, call: Call[RoleChange] | Call[Empty]) -> Done:
    caller = call.caller
    await call.services.stores.admins.change_role(caller.tenant_id, admin_id, role)
    event = ControlEvent("admins.change", caller.tenant_id, caller.id, admin_id, {"role": role or "none"})
    call.services.control.events.emit(event)
    return Done()


def _answer(tenant: Tenant) -> TenantAnswer:
    return TenantAnswer(
        id=tenant.id, slug=tenant.slug, name=tenant.name, status=tenant.status.value, created_at=tenant.created_at
    )


ROUTES = (
    AdminRoute("GET", "/admin/tenant", "tenant.read", "The tenant", Empty, TenantAnswer, show),
    AdminRoute("PATCH", "/admin/tenant", "tenant.rename", "Another name", Rename, TenantAnswer, rename),
    AdminRoute("DELETE", "/admin/tenant", "tenant.delete", "Erase its keys, close it", Empty, Done, delete),
    AdminRoute(
        "POST",
        "/admin/erase-subject",
        "subject.erase",
        "Erase what is kept of a subject's tokens",
        SubjectName,
        ErasedAnswer,
        erase_subject,
    ),
    AdminRoute("GET", "/admin/admins", "admins.read", "Who administers", Empty, Identities, admins),
    AdminRoute("POST", "/admin/admins", "admins.add", "Add an identity", NewAdmin, Identity, add_admin),
    AdminRoute("PATCH", "/admin/admins/{admin_id}", "admins.change", "Another role", RoleChange, Done, change_admin),
    AdminRoute("DELETE", "/admin/admins/{admin_id}", "admins.change", "Take it away", Empty, Done, remove_admin),
)
