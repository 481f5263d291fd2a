"""Makes keys, and ends them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.access.book import AccessBook, record_of
from gateway.auth.capability import SECRET_BYTES, KeyKind, Letter, is_genuine, mint, record_mac, ttl_seconds
from gateway.auth.scopes import Scope, canonical
from gateway.auth.signing import SIGNED
from gateway.errors.access import ProofsNotSetUp, ProofsRequired
from gateway.errors.admin import InvalidField
from gateway.observe.events import ControlEvent, ControlEvents
from gateway.stores.opened import Stores
from gateway.stores.tables.agents import AgentRow, GatewayRow
from gateway.stores.tables.capabilities import CapabilityRow

SCOPE_CHARS_MAX = 16_384
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
MINTED_KINDS = (KeyKind.AGENT, KeyKind.READ, KeyKind.ONESHOT)


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key that somebody wants.

    Args:
        name: for people.
        kind: of `MINTED_KINDS`.
        seconds: of its life; None: 30 days.
        scope: what it may do.
        thumbprint: RFC 7638 of the private key that it is to be bound to; `SIGNED`: each request is to be signed;
            empty: it is a bearer key.
        subject: who will hold it; empty: the key's own id.
    """

    name: str
    kind: KeyKind = KeyKind.AGENT
    seconds: int | None = None
    scope: Scope = field(default_factory=Scope)
    thumbprint: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made. `text` is shown once."""

    row: CapabilityRow
    text: str = field(repr=False)


class Minting:
    """One a process.

    Args:
        mac_key: rows are bound with.
        requires_proofs: a new key must be bound.
        has_origins: proofs can be checked here at all.
        now: in UTC.
    """

    def __init__(
        self,
        stores: Stores,
        events: ControlEvents,
        mac_key: bytes,
        *,
        requires_proofs: bool,
        has_origins: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._stores, self._events, self._mac_key, self._now = stores, events, mac_key, now
        self._requires_proofs, self._has_origins = requires_proofs, has_origins

    async def mint(self, gateway: GatewayRow, agent: AgentRow, asked: KeyRequest, actor: str) -> NewKey:
        """A new key of an agent.

        Raises:
            InvalidField: something asked for cannot be.
            ProofsRequired, ProofsNotSetUp: it must be bound; it cannot be bound.
        """
        if asked.kind not in MINTED_KINDS:
            raise InvalidField(param="kind")
        if asked.thumbprint and not _THUMBPRINT.fullmatch(asked.thumbprint):
            raise InvalidField(param="dpop_jkt")
        if len(canonical(asked.scope)) > SCOPE_CHARS_MAX:
            raise InvalidField(param="scope")
        if self._requires_proofs and not asked.thumbprint:
            raise ProofsRequired(param="dpop_jkt")
        if asked.thumbprint not in ("", SIGNED) and not self._has_origins:
            raise ProofsNotSetUp(param="dpop_jkt")
        made = self.made(gateway, agent, asked)
        await self._stores.capabilities.add(made.row)
        self._tell("keys.mint", made.row, actor)
        return made

    def made(self, gateway: GatewayRow, agent: AgentRow, asked: KeyRequest) -> NewKey:
        """A key and its row, kept nowhere yet."""
        minted = mint(secrets.token_bytes(SECRET_BYTES + 16), live=not gateway.sandbox)
        now = self._now().replace(microsecond=0)
        row = CapabilityRow(
            id=minted.id,
            tenant_id=agent.tenant_id,
            agent_id=agent.id,
            parent_id="",
            family_id="",
            name=asked.name,
            kind=asked.kind.value,
            live=not gateway.sandbox,
            hash=minted.hash,
            thumbprint=asked.thumbprint,
            subject=asked.subject or minted.id,
            scope=canonical(asked.scope),
            mac=b"",
            created_at=now,
            expires_at=datetime.fromtimestamp(int(now.timestamp()) + ttl_seconds(asked.seconds), now.tzinfo),
        )
        return NewKey(self.sealed(row), minted.text)

    def session(self, root: CapabilityRow, family_id: str, seconds: int) -> NewKey:
        """A session key of a key, kept nowhere yet: all that the key may do, for a shorter time."""
        minted = mint(secrets.token_bytes(SECRET_BYTES + 16), live=root.live, letter=Letter.SESSION)
        now = self._now().replace(microsecond=0)
        end = min(int(now.timestamp()) + seconds, int(root.expires_at.timestamp()))
        row = replace(
            root,
            id=minted.id,
            parent_id=root.id,
            family_id=family_id,
            name="",
            kind=KeyKind.SESSION.value,
            hash=minted.hash,
            created_at=now,
            expires_at=datetime.fromtimestamp(end, now.tzinfo),
        )
        return NewKey(self.sealed(row), minted.text)

    def sealed(self, row: CapabilityRow) -> CapabilityRow:
        """The row with its MAC."""
        return replace(row, mac=record_mac(self._mac_key, record_of(row)))

    def is_genuine(self, row: CapabilityRow) -> bool:
        """Whether a row is as it was written."""
        return is_genuine(self._mac_key, record_of(row))

    async def revoke(self, tenant_id: str, key_id: str, actor: str, book: AccessBook | None = None) -> CapabilityRow:
        """End a key, and all sessions and logins that came from it.

        Raises:
            NotFound: the tenant has no such key.
        """
        row = await self._stores.capabilities.revoke(tenant_id, key_id, self._now())
        self._tell("keys.revoke", row, actor)
        if book is not None:
            await book.changed()
        return row

    def _tell(self, action: str, row: CapabilityRow, actor: str) -> None:
        details: dict[str, str | int] = {"agent": row.agent_id, "key_id": row.id, "token_kind": row.kind}
        self._events.emit(ControlEvent(action, row.tenant_id, actor, row.id, details))
