"""Who hears of a tenant's alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty

_Text = Annotated[str, Field(max_length=2048, repr=False)]


class AddReceiver(Body):
    """A receiver. Which fields it has depends on its kind; see `docs/alerts.md`."""

    name: Annotated[str, Field(max_length=64)]
    kind: Annotated[str, Field(max_length=16)]
    rules: list[Annotated[str, Field(max_length=32)]] = Field(default_factory=list, max_length=50)
    url: _Text = ""
    secret: _Text = ""
    to: _Text = ""
    sender: _Text = ""
    user: _Text = ""
    style: Annotated[str, Field(max_length=16)] = ""


class ReceiverAnswer(Answer):
    """A receiver, without its address and its secret."""

    name: str
    kind: str
    rules: list[str]


class AddedReceiver(ReceiverAnswer):
    """`secret` is what a webhook that came without one is signed with; it is shown this once."""

    secret: str = Field("", repr=False)


class Receivers(Answer):
    """All of a tenant."""

    receivers: list[ReceiverAnswer]


class Outcome(Answer):
    """What came of a test: `""`, or the code of the error."""

    name: str
    error: str


class Outcomes(Answer):
    """Of every receiver."""

    outcomes: list[Outcome]


async def add(call: Call[AddReceiver]) -> AddedReceiver:
    """Add a receiver."""
    body, admin = call.body, call.caller
    given = body.model_dump(include={"url", "secret", "to", "sender", "user", "style"})
    kept, made = await call.services.alerts.add(admin.tenant_id, body.name, body.kind, given, body.rules)
    call.services.control.events.emit(ControlEvent("alerts.add", admin.tenant_id, admin.id, kept.id))
    return AddedReceiver(name=kept.name, kind=body.kind, rules=sorted(kept.rules), secret=made)


async def listed(call: Call[Empty]) -> Receivers:
    """List the receivers."""
    every = await call.services.alerts.receivers.all(call.caller.tenant_id)
    return Receivers(
        receivers=[
            ReceiverAnswer(name=kept.name, kind=kept.receiver.kind.value, rules=sorted(kept.rules)) for kept in every
        ]
    )


async def remove(call: Call[Empty]) -> Answer:
    """Take a receiver away."""
    admin = call.caller
    await call.services.alerts.receivers.remove(admin.tenant_id, call.path["name"])
    call.services.control.events.emit(ControlEvent("alerts.remove", admin.tenant_id, admin.id))
    return Answer()


async def test(call: Call[Empty]) -> Outcomes:
    """Send a test to every receiver."""
    outcomes = await call.services.alerts.test(call.caller.tenant_id)
    return Outcomes(outcomes=[Outcome(name=name, error=code) for name, code in outcomes])


ROUTES = (
    AdminRoute("GET", "/admin/alerts/receivers", "alerts.read", "Who hears of alerts", Empty, Receivers, listed),
    AdminRoute("POST", "/admin/alerts/receivers", "alerts.change", "Add a receiver", AddReceiver, AddedReceiver, add),
    AdminRoute(
        "DELETE", "/admin/alerts/receivers/{name}", "alerts.change", "Take a receiver away", Empty, Answer, remove
    ),
    AdminRoute("POST", "/admin/alerts/test", "alerts.change", "Send a test to all receivers", Empty, Outcomes, test),
)
