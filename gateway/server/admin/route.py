"""What a route of the control plane is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from gateway.server.admin.identity import Identities
from gateway.services import Services
from gateway.stores.tables.admins import Admin

STEP_UP_HEADER = "X-Holdback-StepUp"


class Body(BaseModel):
    """What a request may hold: unknown fields are refused, nothing is guessed or converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Empty(Body):
    """No fields."""


class Query(BaseModel):
    """What may stand in the query of an address: unknown names are refused, texts become what the field says."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoQuery(Query):
    """No names; what is given all the same does not matter."""

    model_config = ConfigDict(extra="ignore")


class Answer(BaseModel):
    """What comes back."""

    model_config = ConfigDict(frozen=True)


BodyT = TypeVar("BodyT", bound=Body)
QueryT = TypeVar("QueryT", bound=Query)


@dataclass(frozen=True, slots=True)
class Call(Generic[BodyT]):
    """One call of a route: who (None where the route itself finds out), what, when."""

    services: Services
    identities: Identities
    signing_key: bytes = field(repr=False)
    admin: Admin | None
    body: BodyT
    path: dict[str, str] = field(default_factory=dict)
    step_up: str = field(default="", repr=False)
    query: Query = field(default_factory=NoQuery)

    def query_as(self, model: type[QueryT]) -> QueryT:
        """The query of the address, as the route's own model."""
        if not isinstance(self.query, model):
            raise TypeError("the route has another query")
        return self.query

    @property
    def caller(self) -> Admin:
        """Who calls, on routes with an action."""
        if self.admin is None:
            raise RuntimeError("a route without an action has no caller")
        return self.admin

    @property
    def now(self) -> datetime:
        """The time of the call's services."""
        return self.services.control.clock()


Handler = Callable[[Call[BodyT]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class AdminRoute(Generic[BodyT]):
    """A route. `action`: a row of `auth/roles.py`; None where the body itself is the credential.

    With `asks_step_up` false the handler takes the step-up itself, when it has seen whether it needs one.
    """

    method: str
    path: str
    action: str | None
    summary: str
    body: type[BodyT]
    answer: type[Answer]
    handler: Handler[BodyT]
    asks_step_up: bool = True
    query: type[Query] = NoQuery
