"""The secret that requests with a key are signed with."""

from __future__ import annotations

from pydantic import Field

from gateway.auth.signing import SIGNED
from gateway.errors.stores import NotFound
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Call, Empty


class SigningSecret(Answer):
    """What requests with this key are signed with (`docs/signing.md`)."""

    key_id: str
    secret: str = Field(repr=False)


async def secret(call: Call[Empty]) -> SigningSecret:
    """The secret of a key that is bound to signatures."""
    services, admin = call.services, call.caller
    row = await services.stores.capabilities.get(admin.tenant_id, call.path["key"])
    if row.thumbprint != SIGNED or row.revoked_at is not None:
        raise NotFound
    services.control.events.emit(ControlEvent("keys.signing_secret", admin.tenant_id, admin.id, row.id))
    return SigningSecret(key_id=row.id, secret=services.access.signing.secret(row.id))


ROUTES = (
    AdminRoute(
        "POST",
        "/admin/keys/{key}/signing-secret",
        "keys.signing_secret",
        "What requests with a key are signed with",
        Empty,
        SigningSecret,
        secret,
    ),
)
