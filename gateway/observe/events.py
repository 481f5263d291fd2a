"""What happens in the control plane, told to whoever attached: the log from the start, audit and alerts when they come.

Laws: an event holds ids, names of actions and numbers, never a value or a key; a listener that fails stops neither the
others nor what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.observe.log import describe, logger


@dataclass(frozen=True, slots=True)
class ControlEvent:
    """Something that was done, or happened, to a tenant.

    Args:
        action: such as `kms.rotate`.
        tenant_id: whose.
        actor: id of who did it; "system" for what happens by itself, "operator" for the command line.
        resource: id of what it was done to.
        details: numbers, codes and ids.
    """

    action: str
    tenant_id: str
    actor: str = "system"
    resource: str = ""
    details: Mapping[str, str | int] = field(default_factory=dict)


Listener = Callable[[ControlEvent], None]


class ControlEvents:
    """The hook. Listeners are called at once, in the order they were attached; who must wait keeps a queue."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = [_log]

    def attach(self, listener: Listener) -> None:
        """Tell `listener` of every event from now on."""
        self._listeners.append(listener)

    def emit(self, event: ControlEvent) -> None:
        """Tell all."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 - the others must still hear it
                logger().error("listener_failed", action=event.action, **describe(error))


def _log(event: ControlEvent) -> None:
    logger().info(
        "control",
        action=event.action,
        tenant=event.tenant_id,
        actor=event.actor,
        resource=event.resource,
        **{f"detail_{name}": value for name, value in event.details.items()},
    )
