"""Vaults: values kept sealed behind random tokens.

Laws kept here:
1. A row is sealed under the tenant's key (`tenant_keys/records.py`), bound to its vault and its token: a rotation seals
   it anew, revoking its version erases it.
2. The token stands nowhere in the clear: a row is found by its digest, which is also its id, so that neither URLs nor
   logs ever hold a token.
3. A token is given once: one that is taken is drawn again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.errors.stores import Conflict, NotFound
from gateway.errors.vaults import UnknownToken, UnknownVault, ValueNotOfFormat, VaultFull
from gateway.ledgers import Ledgers
from gateway.stores.opened import Stores
from gateway.stores.tables.tenants import new_id
from gateway.stores.tables.vaults import Issued, Vault
from gateway.tenant_keys.records import Kept, NewRecord, SealedRecords
from gateway.vault.keys import Purpose
from gateway.vault.lookup_tokens import NUMBERS, LookupFormat, lookup_token
from gateway.vault.matcher import core_of

DRAWS = 20
SOON = timedelta(hours=24)
TOKEN_ID_PREFIX = "vtk_"  # noqa: S105 - what ids of tokens begin with
_PURPOSE = Purpose.VAULT_ROW


@dataclass(frozen=True, slots=True)
class NewValue:
    """What goes into a vault. `subject`: whom it is about, as the client says."""

    value: str = field(repr=False)
    metadata: dict[str, str] = field(default_factory=dict, repr=False)
    ttl_seconds: int | None = None
    subject: str = field(default="", repr=False)
    expiry: tuple[int, int] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a vault, opened."""

    id: str
    token: str = field(repr=False)
    value: str = field(repr=False)
    metadata: dict[str, str] = field(repr=False)
    expiry: tuple[int, int] | None = field(repr=False)
    key_version: int
    created_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stats:
    """Of a vault: rows that are not past their time, and those that will be within a day."""

    active: int
    expiring_in_24h: int


class Vaults:
    """One a process. Everything here raises TenantSealed, KeyRevoked, RevocationsUnknown and StoreUnavailable."""

    def __init__(self, records: SealedRecords, stores: Stores, ledgers: Ledgers, now: Callable[[], datetime]) -> None:
        self._records, self._stores, self._ledgers, self._now = records, stores, ledgers, now

    async def create(
        self, tenant: str, name: str, form: LookupFormat, description: str = "", ttl_seconds: int | None = None
    ) -> Vault:
        """A new vault.

        Raises:
            Conflict: the tenant has one of that name.
        """
        await self._ledgers.introduced(tenant)
        now = self._now()
        vault = Vault(
            new_id("vlt"),
            tenant,
            name,
            form.value,
            description,
            ttl_seconds,
            enabled=True,
            created_at=now,
            updated_at=now,
        )
        await self._stores.vaults.create(vault)
        return vault

    async def get(self, tenant: str, name: str) -> Vault:
        """A vault by its id or name.

        Raises:
            UnknownVault: there is none.
        """
        found = None
        with suppress(NotFound):
            found = await self._stores.vaults.get(tenant, name)
        if found is None:
            raise UnknownVault
        return found

    async def tokenize(self, vault: Vault, values: Sequence[NewValue]) -> list[Row]:
        """Put values into a vault, all of them or none.

        Raises:
            ValueNotOfFormat: `param` says which one.
            VaultFull: no token was free.
        """
        for _ in range(DRAWS):
            rows = [self._drawn(vault, value, place) for place, value in enumerate(values)]
            if len({row.id for row in rows}) < len(rows):
                continue
            new = [self._record(vault, row, value) for row, value in zip(rows, values, strict=True)]
            try:
                await self._records.add(vault.tenant_id, _PURPOSE, new)
            except Conflict:
                continue
            if LookupFormat(vault.token_format) in NUMBERS:
                issued = [Issued(self._digest(vault.tenant_id, row.token), vault.id, row.expires_at) for row in rows]
                await self._stores.vaults.issue(vault.tenant_id, issued)
            return rows
        raise VaultFull

    async def row(self, vault: Vault, token_id: str) -> Row:
        """A row by its id.

        Raises:
            UnknownToken: there is none, or not any more.
        """
        found = await self._find(vault, token_id)
        if found is None:
            raise UnknownToken
        return _row(found)

    def id_of(self, vault: Vault, token: str) -> str:
        """The id of a token, in any of its spellings, whether or not it was given."""
        return TOKEN_ID_PREFIX + self.digest_in(vault, token)

    def digest_in(self, vault: Vault, token: str) -> str:
        """What finds a token in a vault."""
        return self._ledgers.digest("vault token", vault.tenant_id, vault.id, core_of(token))[:40]

    async def rows(self, vault: Vault, after: str, limit: int) -> list[Row]:
        """Rows in the order of their ids, those that follow `after`."""
        kept = await self._records.within(
            vault.tenant_id, _PURPOSE, vault.id, after=f"{vault.id}/{after}" if after else "", limit=limit
        )
        return [_row(one) for one in kept]

    async def change(self, vault: Vault, token_id: str, metadata: dict[str, str]) -> Row:
        """Other metadata for a row.

        Raises:
            UnknownToken: there is none.
        """
        found = await self._find(vault, token_id)
        if found is None:
            raise UnknownToken
        kept = json.loads(found.plaintext) | {"metadata": metadata}
        await self._records.change(found, json.dumps(kept).encode())
        return await self.row(vault, token_id)

    async def remove(self, vault: Vault, token_id: str) -> None:
        """Delete a row.

        Raises:
            UnknownToken: there is none.
        """
        found = await self._find(vault, token_id)
        if found is None:
            raise UnknownToken
        token = _row(found).token
        await self._stores.records.delete(vault.tenant_id, _PURPOSE.value, name=f"{vault.id}/{token_id}")
        await self._stores.vaults.forget(vault.tenant_id, [self._digest(vault.tenant_id, token)])

    async def stats(self, vault: Vault) -> Stats:
        """How many rows there are."""
        now = self._now()
        return Stats(*await self._stores.records.tally(vault.tenant_id, _PURPOSE.value, vault.id, now, now + SOON))

    async def issued(self, tenant: str, tokens: Sequence[str]) -> set[str]:
        """Which of some numbers are tokens of the tenant's vaults."""
        by_digest = {self._digest(tenant, token): token for token in tokens}
        found = await self._stores.vaults.issued(tenant, by_digest, self._now())
        return {by_digest[digest] for digest in found}

    async def remember(self, tenant: str, tokens: Sequence[str], source: str, expires_at: datetime) -> None:
        """Know these numbers for tokens from now on."""
        await self._ledgers.introduced(tenant)
        issued = [Issued(self._digest(tenant, token), source, expires_at) for token in tokens]
        await self._stores.vaults.issue(tenant, issued)

    def _drawn(self, vault: Vault, value: NewValue, place: int) -> Row:
        token = lookup_token(LookupFormat(vault.token_format), value.value, secrets.randbelow)
        if token is None:
            raise ValueNotOfFormat(param=f"values[{place}]")
        seconds = value.ttl_seconds if value.ttl_seconds is not None else vault.default_ttl_seconds
        now = self._now()
        expires_at = None if seconds is None else now + timedelta(seconds=seconds)
        token_id = self.id_of(vault, token)
        return Row(token_id, token, value.value, value.metadata, value.expiry, 0, now, expires_at)

    def _record(self, vault: Vault, row: Row, value: NewValue) -> NewRecord:
        plain: dict[str, Any] = {"value": row.value, "token": row.token, "metadata": row.metadata}
        if row.expiry is not None:
            plain["expiry"] = row.expiry
        about = self._ledgers.subject(vault.tenant_id, value.subject) if value.subject else ""
        return NewRecord(f"{vault.id}/{row.id}", json.dumps(plain).encode(), row.expires_at, vault.id, about)

    async def _find(self, vault: Vault, token_id: str) -> Kept | None:
        try:
            return await self._records.find(vault.tenant_id, _PURPOSE, f"{vault.id}/{token_id}")
        except NotFound:
            return None

    def _digest(self, tenant: str, token: str) -> str:
        return self._ledgers.digest("issued token", tenant, core_of(token))


def _row(kept: Kept) -> Row:
    plain, record = json.loads(kept.plaintext), kept.record
    expiry = plain.get("expiry")
    return Row(
        record.name.partition("/")[2],
        plain["token"],
        plain["value"],
        plain["metadata"],
        (expiry[0], expiry[1]) if expiry else None,
        record.version,
        record.created_at,
        record.expires_at,
    )
