"""Routes that give credentials: the first owner, access tokens, step-up tokens."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Literal

from pydantic import Field

from gateway.auth.admin_tokens import ACCESS_SECONDS, PROOF_SECONDS, check_proof, enrolled, issue, peek
from gateway.auth.roles import ACTIONS, Role, may
from gateway.errors.admin import AdminUnauthenticated, InvalidField, RoleDenied
from gateway.errors.stores import NotFound
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty
from gateway.services import Services
from gateway.stores.tables.admins import LOCAL, Admin
from gateway.stores.tables.tenants import new_id

_Token = Field(min_length=1, max_length=8192)


class PublicKey(Body):
    """A public key on P-256, as JWK (RFC 7517). A private part is refused."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    y: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")


class Bootstrap(Body):
    """The credential of `holdback tenants bootstrap`, and who the first owner is: the holder of a key, or a subject of
    an issuer that the operator approved."""

    credential: str = Field(min_length=20, max_length=200)
    tenant: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    name: str = Field(min_length=1, max_length=100)
    public_key: PublicKey | None = None
    issuer: str | None = Field(None, min_length=8, max_length=300)
    subject: str | None = Field(None, min_length=1, max_length=300)


class Identity(Answer):
    """An admin identity."""

    id: str
    tenant_id: str
    role: str
    name: str
    issuer: str


class TokenRequest(Body):
    """A proof by an enrolled key, for the action `token`."""

    proof: str = _Token


class AccessToken(Answer):
    """For `Authorization: Bearer`."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - its kind
    expires_in: int


class StepUpRequest(Body):
    """For which action, and a fresh proof: by the enrolled key, or an ID token of a sign-in within the last minute."""

    action: str = Field(min_length=1, max_length=40)
    proof: str | None = Field(None, max_length=8192)
    id_token: str | None = Field(None, max_length=8192)


class StepUpToken(Answer):
    """For the header `X-Holdback-StepUp`, once."""

    step_up_token: str
    action: str
    expires_in: int


async def bootstrap(call: Call[Bootstrap]) -> Identity:
    """Make the first owner of a tenant."""
    body, stores = call.body, call.services.stores
    tenant = None
    with suppress(NotFound):
        tenant = await stores.tenants.get(body.tenant)
    if tenant is None:
        raise AdminUnauthenticated
    if (body.public_key is None) == (body.issuer is None) or (body.issuer is None) != (body.subject is None):
        raise InvalidField(param="public_key")
    issuer = LOCAL
    if body.public_key is not None:
        key, subject = local_subject(body.public_key)
    else:
        key = ""
        issuer, subject = str(body.issuer), str(body.subject)
        await approved(call.services, issuer, tenant.id)
    owner = Admin(new_id("adm"), tenant.id, Role.OWNER.value, body.name, issuer, subject, key, call.now)
    is_spent = False
    with suppress(NotFound):
        await stores.admins.bootstrap(body.credential, owner, call.now)
        is_spent = True
    if not is_spent:
        raise AdminUnauthenticated
    call.services.control.events.emit(ControlEvent("admins.bootstrap", tenant.id, owner.id, owner.id))
    return identity(owner)


async def approved(services: Services, issuer: str, tenant_id: str) -> None:
    """Whether the operator approved an issuer for a tenant.

    Raises:
        InvalidField: no.
    """
    known = None
    with suppress(NotFound):
        known = await services.stores.admins.issuer(issuer)
    if known is None or known.tenant_id != tenant_id:
        raise InvalidField(param="issuer")


def local_subject(key: PublicKey) -> tuple[str, str]:
    """A key to enrol, as JSON, and its thumbprint (RFC 7638).

    Raises:
        InvalidField: its numbers are no point on the curve.
    """
    written = key.model_dump_json()
    thumbprint = ""
    with suppress(AdminUnauthenticated):
        thumbprint = enrolled(written).thumbprint()
    if not thumbprint:
        raise InvalidField(param="public_key")
    return written, thumbprint


async def token(call: Call[TokenRequest]) -> AccessToken:
    """Give an access token for a proof."""
    admin = await _prover(call.services, call.body.proof, "token", None)
    now = int(call.now.timestamp())
    signed = issue(admin.subject, call.signing_key, now)
    return AccessToken(access_token=signed, expires_in=ACCESS_SECONDS)


async def step_up(call: Call[StepUpRequest]) -> StepUpToken:
    """Give a step-up token for fresh proof."""
    body, admin, services = call.body, call.caller, call.services
    action = ACTIONS.get(body.action)
    if action is None or not action.step_up_seconds:
        raise InvalidField(param="action")
    if not may(Role(admin.role), action.name):
        raise RoleDenied
    if (body.proof is None) == (body.id_token is None):
        raise InvalidField(param="proof")
    if body.proof is not None:
        await _prover(services, body.proof, action.name, admin)
    else:
        given = str(body.id_token)
        await call.identities.signed_in(given, admin, call.now.timestamp())
        await _once(services, given)
    made = f"kc_su_{secrets.token_urlsafe(32)}"
    expires_at = call.now + timedelta(seconds=action.step_up_seconds)
    await services.stores.admins.offer_step_up(made, admin, action.name, call.now, expires_at)
    services.control.events.emit(
        ControlEvent("step_up.create", admin.tenant_id, admin.id, details={"for": action.name})
    )
    return StepUpToken(step_up_token=made, action=action.name, expires_in=action.step_up_seconds)


async def _prover(services: Services, proof: str, action: str, admin: Admin | None) -> Admin:
    """Who proves to hold an enrolled key, just now, for this action; `admin` when it must be that one."""
    found = None
    with suppress(NotFound):
        found = await services.stores.admins.find(LOCAL, peek(proof).subject)
    if found is None or (admin is not None and found.id != admin.id):
        raise AdminUnauthenticated
    check_proof(proof, found.public_key, action, found.tenant_id, int(services.control.clock().timestamp()))
    await _once(services, proof)
    return found


async def _once(services: Services, proof: str) -> None:
    """A proof is good once, on all replicas."""
    # Over what is signed: the signature of ECDSA can be written in two ways.
    signed = proof.rpartition(".")[0]
    digest = hashlib.sha256(signed.encode()).hexdigest()
    if not await services.stores.shared.claim(f"admin-proof:{digest}", PROOF_SECONDS * 3):
        raise AdminUnauthenticated


async def whoami(call: Call[Empty]) -> Identity:
    """Who calls."""
    return identity(call.caller)


def identity(admin: Admin) -> Identity:
    """An identity, as it is shown."""
    return Identity(id=admin.id, tenant_id=admin.tenant_id, role=admin.role, name=admin.name, issuer=admin.issuer)


ROUTES = (
    AdminRoute("POST", "/admin/auth/bootstrap", None, "Make a tenant's first owner", Bootstrap, Identity, bootstrap),
    AdminRoute("POST", "/admin/auth/token", None, "Access token for a proof", TokenRequest, AccessToken, token),
    AdminRoute(
        "POST",
        "/admin/auth/step-up",
        "step_up.create",
        "Step-up token for fresh proof",
        StepUpRequest,
        StepUpToken,
        step_up,
    ),
    AdminRoute("GET", "/admin/auth/whoami", "identity.read", "Who calls", Empty, Identity, whoami),
)
