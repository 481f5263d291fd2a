"""Receivers as they are kept: sealed under a key of the installation.

Never under a tenant's: that its key is gone is what an alert may be about.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.alerts.receiver import Kind, Receiver, checked_name, checked_rules, receiver_of, unsealed
from gateway.audit.event import SYSTEM
from gateway.errors.vault import SealedDataUnreadable
from gateway.observe.log import describe, logger
from gateway.stores.tables.alerts import AlertStore, ReceiverRow
from gateway.stores.tables.tenants import new_id
from gateway.vault.envelope import MESSAGE_ID_BYTES, Binding, seal, unseal
from gateway.vault.keys import Purpose

KEY_NAME = "alert receivers"
"""What the installation's key for them is derived by."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A receiver, who it belongs to and what it hears of."""

    id: str
    tenant_id: str
    name: str
    rules: frozenset[str]
    receiver: Receiver = field(repr=False)

    def hears(self, tenant_id: str, rule: str) -> bool:
        """Whether an alert of a tenant and rule is for it; the operator's receivers hear of all tenants."""
        return self.tenant_id in (SYSTEM, tenant_id) and (not self.rules or rule in self.rules)


class Receivers:
    """All receivers of an installation.

    Args:
        store: keeps them.
        key: 32 bytes of the installation, for nothing else.
    """

    def __init__(self, store: AlertStore, key: bytes) -> None:
        self._store, self._key = store, key

    async def add(
        self,
        tenant_id: str,
        name: str,
        kind: str,
        given: Mapping[str, str],
        rules: Iterable[str],
        now: datetime,
        check: Callable[[Receiver], None],
    ) -> tuple[Kept, str]:
        """Add one; the receiver, and the secret that was made for a webhook that came without (`""` otherwise).
        `check` refuses what we would not call.

        Raises:
            InvalidReceiver: it is not acceptable.
            Conflict: the tenant has one of that name, or as many as it may.
        """
        made = ""
        if kind == Kind.WEBHOOK.value and not given.get("secret"):
            made = f"whsec_{secrets.token_urlsafe(32)}"
            given = {**given, "secret": made}
        receiver = receiver_of(kind, given)
        check(receiver)
        kept = Kept(new_id("arc"), tenant_id, checked_name(name), checked_rules(list(rules)), receiver)
        sealed = seal(
            self._key,
            receiver.sealed_form(),
            _binding(kept.id, tenant_id),
            message_id=secrets.token_bytes(MESSAGE_ID_BYTES),
        )
        await self._store.add(ReceiverRow(kept.id, tenant_id, kept.name, kind, kept.rules, sealed), now)
        return kept, made

    async def all(self, tenant_id: str | None = None) -> list[Kept]:
        """All, or those of one tenant. One that does not open (another master key) is left out, and in the log."""
        found = []
        for row in await self._store.receivers(tenant_id):
            try:
                receiver = unsealed(unseal(self._key, row.sealed, _binding(row.id, row.tenant_id)))
            except SealedDataUnreadable as error:
                logger().error("alert_receiver_unreadable", receiver=row.id, **describe(error))
                continue
            found.append(Kept(row.id, row.tenant_id, row.name, row.rules, receiver))
        return found

    async def remove(self, tenant_id: str, name: str) -> None:
        """Take one away.

        Raises:
            NotFound: there is none.
        """
        await self._store.remove(tenant_id, name)


def _binding(receiver_id: str, tenant_id: str) -> Binding:
    return Binding(tenant_id, Purpose.ALERT, receiver_id, 1)
