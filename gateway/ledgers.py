"""Ledgers of conversations that the provider keeps (`previous_response_id`, `conversation`): which token is whose.

Laws kept here:
1. A ledger is its owner's: tenant, agent and who asks go into the name that it is sealed under, so that it cannot be
   opened for anybody else, whatever stands in the database. An id of somebody else and an id that was never seen are
   one answer, `UnknownResponse`, before the provider hears of it.
2. It is written before the client has the last of the answer that its id came with: the next turn may come to another
   replica.
3. What a revoked key version made turns back no more. Its rows go with the version, whichever version they were sealed
   under since; its tokens stay known as tokens as long as a later turn has written them down.
4. Bounded in entries and in time; each turn of a conversation lets all of it last longer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from gateway.errors.ledgers import UnknownConversation, UnknownItem, UnknownResponse
from gateway.errors.stores import Conflict
from gateway.settings.tokens import TokenSettings
from gateway.stores.opened import Stores
from gateway.stores.tables.owned import Owned
from gateway.tenant_keys.records import NewRecord, SealedRecords
from gateway.token_keys import LOCAL_TENANT
from gateway.vault.digests import Digest
from gateway.vault.keys import Purpose
from gateway.vault.ledger import Part, merged, pack, unpack, whole
from gateway.vault.tokenizer import Entry

ROWS_MAX = 2000
"""Rows of one conversation that are read, at most; a turn has as many as its tokens have key versions."""
_PURPOSE = Purpose.LEDGER


class What(Enum):
    """What an id names."""

    RESPONSE = "response"
    CONVERSATION = "conversation"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that the provider keeps, by its id."""

    what: What
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose ledgers they are: `person` is who asks, as far as that is known."""

    tenant: str
    agent: str = ""
    person: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Past:
    """What is kept of earlier turns: the scope that they began with, which of our providers has them, the tokens so
    far."""

    scope: str = ""
    provider: str = ""
    entries: tuple[Entry, ...] = field(default=(), repr=False)


class Ledgers:
    """One a process.

    Args:
        digest: names things in the store without saying them.
        now: the time, in UTC.
    """

    def __init__(
        self,
        records: SealedRecords,
        stores: Stores,
        settings: TokenSettings,
        digest: Digest,
        now: Callable[[], datetime],
    ) -> None:
        self._records, self._stores, self.digest, self._now = records, stores, digest, now
        self._is_introduced = False
        self._most = settings.ledger_entries
        self._lasts = timedelta(days=settings.ledger_days)

    async def past(self, owner: Owner, references: Iterable[Reference], live: Collection[int]) -> Past:
        """What is kept of all that a request goes on from.

        Args:
            live: key versions that are not revoked.

        Raises:
            UnknownResponse, UnknownConversation: nothing is, for this owner; `is_foreign` says whether for another.
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable, SealedDataUnreadable.
        """
        parts: list[Part] = []
        provider = ""
        for reference in references:
            provider = provider or (await self._owned(owner, reference)).provider
            kept = await self._records.within(owner.tenant, _PURPOSE, self._row(owner, reference), limit=ROWS_MAX)
            kept.sort(key=lambda one: one.record.created_at or self._now())
            parts += [unpack(one.plaintext) for one in kept]
        scope = next((part.scope for part in parts if part.scope), "")
        return Past(scope, provider, tuple(whole(parts, live, self._most)))

    async def keep(
        self, owner: Owner, reference: Reference, past: Past, made: Sequence[Entry], subject: str = ""
    ) -> None:
        """Keep what a turn has added.

        Args:
            reference: what the provider keeps it under.
            past: scope and provider of this turn, and the tokens before it.
            made: the tokens of this turn.
            subject: whom it is about, as the client says.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        parent, expires_at = self._row(owner, reference), self._now() + self._lasts
        about = self.subject(owner.tenant, subject) if subject else ""
        named, whose = parent.split("/")
        await self.introduced(owner.tenant)
        await self._stores.owned.put(Owned(owner.tenant, named, whose, past.provider, expires_at, about))
        is_turn = reference.what is What.CONVERSATION
        if is_turn:
            await self._stores.records.extend(owner.tenant, _PURPOSE.value, parent, expires_at)
        # Rows of its own for each turn of a conversation: two at once must not lose each other's tokens.
        name = f"{parent}/{secrets.token_hex(8)}"
        entries = list(made) if is_turn else merged(past.entries, made, self._most)
        is_local = owner.tenant == LOCAL_TENANT  # the versions of its tokens are not those of the keys that seal
        active = None if is_local else await self._records.active_version(owner.tenant)
        new = [
            NewRecord(f"{name}/{version}", packed, expires_at, parent, about, None if is_local else version)
            for version, packed in pack(past.scope, entries, active).items()
        ]
        if new:
            await self._records.add(owner.tenant, _PURPOSE, new)

    async def own(self, owner: Owner, items: Iterable[str], provider: str, subject: str = "") -> None:
        """Write down whose items are, by their ids; arguments as for `keep`.

        Raises:
            StoreUnavailable.
        """
        expires_at = self._now() + self._lasts
        about = self.subject(owner.tenant, subject) if subject else ""
        rows = [self._row(owner, Reference(What.ITEM, item)).split("/") for item in dict.fromkeys(items)]
        owned = [Owned(owner.tenant, named, whose, provider, expires_at, about) for named, whose in rows]
        if owned:
            await self.introduced(owner.tenant)
            await self._stores.owned.put(*owned)

    async def items(self, owner: Owner, items: Sequence[str]) -> str:
        """Which of our providers keeps these items.

        Raises:
            UnknownItem: not all of them are this owner's, or not with one provider.
            StoreUnavailable.
        """
        names = [self._row(owner, Reference(What.ITEM, item)).split("/") for item in dict.fromkeys(items)]
        found = await self._stores.owned.among(owner.tenant, [named for named, _ in names], self._now())
        mine = {one.digest: one.provider for one in found if one.owner == names[0][1]}
        if len(mine) < len(names) or len({*mine.values()}) > 1:
            error = UnknownItem()
            error.is_foreign = any(one.digest not in mine for one in found)
            raise error
        return next(iter(mine.values()))

    async def delete(self, owner: Owner, reference: Reference) -> None:
        """Forget a response or a conversation."""
        parent = self._row(owner, reference)
        await self._stores.records.delete(owner.tenant, _PURPOSE.value, parent=parent)
        await self._stores.owned.delete(owner.tenant, *parent.split("/"))

    def subject(self, tenant: str, name: str) -> str:
        """What stands for a subject in the store."""
        return self.digest("subject", tenant, name)

    async def introduced(self, tenant: str) -> None:
        """The installation's own tenant, which nobody ever made, has a row as others have."""
        if tenant == LOCAL_TENANT and not self._is_introduced:
            with suppress(Conflict):  # another replica was first
                await self._stores.keys.introduce(tenant, self._now())
            self._is_introduced = True

    async def _owned(self, owner: Owner, reference: Reference) -> Owned:
        named, whose = self._row(owner, reference).split("/")
        found = await self._stores.owned.of(owner.tenant, named, self._now())
        for owned in found:
            if owned.owner == whose:
                return owned
        error = UnknownConversation() if reference.what is What.CONVERSATION else UnknownResponse()
        error.is_foreign = bool(found)
        raise error

    def _row(self, owner: Owner, reference: Reference) -> str:
        """What an id is called in the store, and its owner."""
        named = self.digest("id", owner.tenant, reference.what.value, reference.id)
        whose = self.digest("owner", owner.tenant, owner.agent, owner.person)
        return f"{named[:32]}/{whose[:32]}"
