"""What happened to tenants' keys, told in every replica: to the caches and streams that hang on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from gateway.observe.log import describe, logger


class What(Enum):
    """What happened.

    REVOKED: a version is erased; 0 stands for the active one, and all that hangs on it.
    SEALED, UNSEALED: in this replica.
    UNKNOWN: this replica cannot tell any more what is revoked; the tenant is "", which means every one.
    """

    REVOKED = "revoked"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One change, of one tenant."""

    tenant_id: str
    what: What
    version: int = 0


Listener = Callable[[KeyChange], None]


class KeyChanges:
    """The hook. Listeners are called at once and must not wait; one that fails stops no other."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def attach(self, listener: Listener) -> None:
        """Tell `listener` of every change from now on."""
        self._listeners.append(listener)

    def tell(self, change: KeyChange) -> None:
        """Tell all."""
        for listener in self._listeners:
            try:
                listener(change)
            except Exception as error:  # noqa: BLE001 - the others must still hear it
                logger().error("listener_failed", action=f"key {change.what.value}", **describe(error))
