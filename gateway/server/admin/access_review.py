"""Routes of access reviews: who holds which right, and the sign-off."""

from __future__ import annotations

from pydantic import Field

from gateway.access_review import Review, review, sign_off
from gateway.errors.stores import Conflict
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty
from gateway.stores.tables.access_uses import AccessUseStore
from gateway.stores.tables.capabilities import CapabilityStore


class HoldingAnswer(Answer):
    """One who may do something; `used`: when each right was last used."""

    holder: str
    kind: str
    name: str
    role: str
    rights: list[str]
    since: str
    expires_at: str
    last_used: str
    used: dict[str, str]


class SignedOffAnswer(Answer):
    """Who stood for the holdings, and when."""

    by: str
    at: str
    digest: str


class ReviewAnswer(Answer):
    """All holdings; `is_current`: they are those that were signed off last."""

    digest: str
    is_current: bool
    signed_off: SignedOffAnswer | None
    data: list[HoldingAnswer]


class SignOff(Body):
    """The digest of what was looked at: a change in between is refused."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


async def show(call: Call[Empty]) -> ReviewAnswer:
    """Who holds what."""
    return _answer(await _review(call))


async def sign(call: Call[SignOff]) -> ReviewAnswer:
    """Sign off what was looked at."""
    made, caller = await _review(call), call.caller
    if made.digest != call.body.digest:
        raise Conflict
    await call.services.audit.log.record(sign_off(caller.tenant_id, caller.id, made, call.now))
    return _answer(await _review(call))


async def _review(call: Call[Empty] | Call[SignOff]) -> Review:
    services, tenant = call.services, call.caller.tenant_id
    await services.audit.uses.write()
    database = services.stores.database
    stores = CapabilityStore(database), AccessUseStore(database), services.audit.store
    return await review(tenant, services.stores.admins, *stores, call.now)


def _answer(made: Review) -> ReviewAnswer:
    signed = made.signed_off
    names = HoldingAnswer.model_fields
    return ReviewAnswer(
        digest=made.digest,
        is_current=made.is_current,
        signed_off=SignedOffAnswer(by=signed.by, at=signed.at, digest=signed.digest) if signed else None,
        data=[HoldingAnswer(**{name: getattr(one, name) for name in names}) for one in made.holdings],
    )


ROUTES = (
    AdminRoute("GET", "/admin/access-review", "access.review", "Who holds which right", Empty, ReviewAnswer, show),
    AdminRoute("POST", "/admin/access-review", "access.sign_off", "Sign it off", SignOff, ReviewAnswer, sign),
)
