"""Spending step-up tokens."""

from __future__ import annotations

from gateway.errors.admin import StepUpRequired
from gateway.services import Services
from gateway.stores.tables.admins import Admin

STEP_UP_CHARS_MAX = 200


async def take_step_up(services: Services, admin: Admin, action: str, token: str) -> None:
    """Spend a step-up token.

    Raises:
        StepUpRequired: none was given, or it is not for this actor, action and tenant, or not any more.
    """
    if 0 < len(token) <= STEP_UP_CHARS_MAX and await services.stores.admins.take_step_up(
        token, admin, action, services.control.clock()
    ):
        return
    raise StepUpRequired
