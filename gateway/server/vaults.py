"""`/v1/vaults`: values go in, tokens come out, and back for who may see them.

Order of every call: who asks, whether they may, how often, the body, the vault, the record of it, the answer. What was
not recorded is not answered. Tokens stand in bodies only, never in an address (rule 16 of the security decisions).
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from math import ceil
from typing import NamedTuple

import orjson
from aiohttp import web

from gateway.audit.event import Kind
from gateway.errors.access import RateLimited
from gateway.errors.admin import InvalidField
from gateway.errors.vaults import UnknownToken, VaultDisabled
from gateway.observe.events import ControlEvent
from gateway.server import vault_bodies as bodies
from gateway.server.admin.door import read_body
from gateway.server.admin.route import Answer
from gateway.server.caller import caller_of
from gateway.server.recording import RECORDER
from gateway.server.vault_rights import Right, check_right
from gateway.services import Services
from gateway.spend.gates import Entry, Rate
from gateway.stores.tables.vaults import Vault
from gateway.vault.lookup_tokens import LookupFormat
from gateway.vaults import TOKEN_ID_PREFIX, Row

BODY_BYTES_MAX = 1 << 20
PAGE_MAX = 500
BLOCK = 50
"""Values in bulk are counted by so many."""
_MINUTE = 60
_TOKEN = "{token_id:" + TOKEN_ID_PREFIX + "[0-9a-f]{40}}"
Handler = Callable[[web.Request], Awaitable[Answer]]


class VaultRoute(NamedTuple):
    """Method, path below `/v1/vaults`, what it needs, what it does."""

    method: str
    path: str
    right: Right
    summary: str


ROUTES: dict[str, VaultRoute] = {
    "create": VaultRoute("POST", "", Right.MANAGE, "Make a vault"),
    "vaults": VaultRoute("GET", "", Right.READ, "List vaults"),
    "show": VaultRoute("GET", "/{vault}", Right.READ, "A vault, and how much is in it"),
    "change": VaultRoute("PATCH", "/{vault}", Right.MANAGE, "Change a vault"),
    "delete": VaultRoute("DELETE", "/{vault}", Right.MANAGE, "Delete a vault and all that is in it"),
    "rotate": VaultRoute("POST", "/{vault}/rotate", Right.MANAGE, "A new version of the key that seals it"),
    "stats": VaultRoute("GET", "/{vault}/stats", Right.READ, "How much is in a vault"),
    "tokenize": VaultRoute("POST", "/{vault}/tokens", Right.TOKENIZE, "A token for a value"),
    "tokenize_many": VaultRoute("POST", "/{vault}/tokens/bulk", Right.TOKENIZE, "Tokens for many values"),
    "tokens": VaultRoute("GET", "/{vault}/tokens", Right.READ, "List tokens, without their values"),
    "detokenize": VaultRoute("POST", "/{vault}/detokenize", Right.DETOKENIZE, "The value of a token"),
    "reveal": VaultRoute("GET", "/{vault}/tokens/{token_id}", Right.DETOKENIZE, "The value of a token, by its id"),
    "annotate": VaultRoute("PATCH", "/{vault}/tokens/{token_id}", Right.TOKENIZE, "Other metadata for a token"),
    "remove": VaultRoute("DELETE", "/{vault}/tokens/{token_id}", Right.TOKENIZE, "Delete a token"),
}


class VaultDoor:
    """The handlers of all routes."""

    def __init__(self, services: Services) -> None:
        self._services, self._vaults = services, services.vaults

    def add_to(self, app: web.Application) -> None:
        """Put all routes into the application."""
        for name, route in ROUTES.items():
            path = "/v1/vaults" + route.path.replace("{token_id}", _TOKEN)
            app.router.add_route(route.method, path, self._door(getattr(self, name), route))

    def _door(self, handler: Handler, route: VaultRoute) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            check_right(request, route.right)
            answer = await handler(request)
            await request[RECORDER].durable()
            body = orjson.dumps(answer.model_dump(mode="json"))
            return web.json_response(body=body, headers={"Cache-Control": "no-store"})

        return handle

    # --- vaults

    async def create(self, request: web.Request) -> bodies.VaultAnswer:
        """Make one."""
        asked = await read_body(request, bodies.NewVault, most=BODY_BYTES_MAX)
        vault = await self._vaults.create(
            caller_of(request).tenant,
            asked.name,
            LookupFormat(asked.token_format),
            asked.description,
            asked.default_ttl_seconds,
        )
        self._tell(request, "vaults.create", vault)
        return bodies.vault_fields(vault)

    async def vaults(self, request: web.Request) -> bodies.VaultList:
        """Look."""
        after, limit = _page(request)
        found = await self._services.stores.vaults.page(caller_of(request).tenant, after, limit)
        return bodies.VaultList(data=[bodies.vault_fields(vault) for vault in found])

    async def show(self, request: web.Request) -> bodies.VaultDetail:
        """Look."""
        vault = await self._vault(request)
        stats = bodies.stats_fields(await self._vaults.stats(vault))
        return bodies.VaultDetail(**bodies.vault_fields(vault).model_dump(), stats=stats)

    async def stats(self, request: web.Request) -> bodies.StatsAnswer:
        """Count."""
        return bodies.stats_fields(await self._vaults.stats(await self._vault(request)))

    async def change(self, request: web.Request) -> bodies.VaultAnswer:
        """Change some fields."""
        asked = await read_body(request, bodies.VaultChange, most=BODY_BYTES_MAX)
        vault = await self._vault(request)
        values = asked.model_dump(exclude_unset=True)
        if any(value is None for name, value in values.items() if name != "default_ttl_seconds"):
            raise InvalidField
        changed = await self._services.stores.vaults.change(
            vault.tenant_id, vault.id, self._services.control.clock(), values
        )
        self._tell(request, "vaults.change", changed)
        return bodies.vault_fields(changed)

    async def delete(self, request: web.Request) -> bodies.Deleted:
        """Erase it."""
        vault = await self._vault(request)
        count = await self._services.stores.vaults.delete(vault.tenant_id, vault.id)
        self._tell(request, "vaults.delete", vault, count=count)
        return bodies.Deleted(id=vault.id, tokens=count)

    async def rotate(self, request: web.Request) -> bodies.RotatedVault:
        """A new version of the tenant's key: it is what seals rows."""
        vault = await self._vault(request)
        await self._services.control.keys.keyring.versions(vault.tenant_id)
        added = await self._services.control.keys.lifecycle.rotate(vault.tenant_id)
        self._tell(request, "vaults.rotate", vault, version=added.version)
        return bodies.RotatedVault(new_version=added.version)

    # --- tokens

    async def tokenize(self, request: web.Request) -> bodies.TokenAnswer:
        """One value in."""
        asked = await read_body(request, bodies.Value, most=BODY_BYTES_MAX)
        vault = await self._open_vault(request)
        await self._limit(request, vault, Right.TOKENIZE)
        [row] = await self._vaults.tokenize(vault, [asked.new(vault.token_format)])
        self._note(request, Kind.TOKENIZE, vault, count=1)
        return _token(row)

    async def tokenize_many(self, request: web.Request) -> bodies.TokensAnswer:
        """Many values in."""
        asked = await read_body(request, bodies.Values, most=BODY_BYTES_MAX, nodes=20_000)
        vault = await self._open_vault(request)
        values = asked.new(vault.token_format)
        await self._limit(request, vault, Right.TOKENIZE, len(values))
        rows = await self._vaults.tokenize(vault, values)
        self._note(request, Kind.TOKENIZE, vault, count=len(rows))
        return bodies.TokensAnswer(tokens=[_token(row) for row in rows], count=len(rows))

    async def tokens(self, request: web.Request) -> bodies.RowList:
        """Look, at all but the values."""
        after, limit = _page(request)
        rows = await self._vaults.rows(await self._vault(request), after, limit)
        return bodies.RowList(data=[bodies.row_fields(row) for row in rows])

    async def detokenize(self, request: web.Request) -> bodies.Revealed:
        """One value out, for its token."""
        asked = await read_body(request, bodies.Named, most=BODY_BYTES_MAX)
        vault = await self._open_vault(request)
        return await self._revealed(request, vault, self._vaults.id_of(vault, asked.token))

    async def reveal(self, request: web.Request) -> bodies.Revealed:
        """One value out, for the id of its token."""
        return await self._revealed(request, await self._open_vault(request), request.match_info["token_id"])

    async def annotate(self, request: web.Request) -> bodies.RowAnswer:
        """Other metadata."""
        asked = await read_body(request, bodies.Metadata, most=BODY_BYTES_MAX)
        vault = await self._open_vault(request)
        return bodies.row_fields(await self._vaults.change(vault, request.match_info["token_id"], asked.metadata))

    async def remove(self, request: web.Request) -> bodies.Deleted:
        """Delete one."""
        vault, token_id = await self._open_vault(request), request.match_info["token_id"]
        await self._vaults.remove(vault, token_id)
        self._note(request, Kind.ERASURE, vault, target=token_id, count=1)
        return bodies.Deleted(id=token_id)

    # --- what they have in common

    async def _revealed(self, request: web.Request, vault: Vault, token_id: str) -> bodies.Revealed:
        await self._limit(request, vault, Right.DETOKENIZE)
        row = None
        try:
            row = await self._vaults.row(vault, token_id)
        except UnknownToken:
            self._note(request, Kind.DETOKENIZE, vault, outcome="unknown")
            await self._miss(request, vault)
            raise
        self._note(request, Kind.DETOKENIZE, vault, target=row.id, outcome="revealed")
        return bodies.revealed(row)

    async def _miss(self, request: web.Request, vault: Vault) -> None:
        """A token that was never given: too many of them are a search.

        Raises:
            RateLimited: it is one; that goes on record, and to who is on call.
        """
        most = self._services.settings.vaults.misses_per_minute
        try:
            await self._take(request, vault, "vault misses", most)
        except RateLimited:
            self._note(request, Kind.ENUMERATION, vault, reason="tokens")
            await request[RECORDER].durable()
            self._tell(request, "vaults.enumeration", vault)
            raise
        await request[RECORDER].durable()

    async def _limit(self, request: web.Request, vault: Vault, right: Right, count: int = 1) -> None:
        settings = self._services.settings.vaults
        most = settings.detokenize_per_minute if right is Right.DETOKENIZE else settings.tokenize_per_minute
        if count == 1:
            await self._take(request, vault, f"vault {right.value}", most)
            return
        for _ in range(0, count, BLOCK):
            await self._take(request, vault, f"vault {right.value} block", max(most // BLOCK, 1))

    async def _take(self, request: web.Request, vault: Vault, name: str, most: int) -> None:
        who = self._services.ledgers.digest("vault rate", vault.id, _person(request), name)
        entry = Entry(secrets.token_hex(16), rates=(Rate(f"vault:{who}", name, most, _MINUTE),))
        outcome = await self._services.stores.meter.enter(entry)
        if not outcome.is_in:
            waits = max((one.next_us for one in outcome.rates), default=0)
            raise RateLimited(retry_after_seconds=max(ceil(waits / 1_000_000), 1))

    async def _vault(self, request: web.Request) -> Vault:
        return await self._vaults.get(caller_of(request).tenant, request.match_info["vault"])

    async def _open_vault(self, request: web.Request) -> Vault:
        vault = await self._vault(request)
        if not vault.enabled:
            raise VaultDisabled
        return vault

    def _note(self, request: web.Request, kind: Kind, vault: Vault, **fields: str | int) -> None:
        told: dict[str, str | int | float | bool] = {"target": vault.id, "method": "vault"}
        told |= {"agent": caller_of(request).agent, "actor": _person(request)}
        told |= fields
        request[RECORDER].note(kind, told)

    def _tell(self, request: web.Request, action: str, vault: Vault, **details: str | int) -> None:
        event = ControlEvent(action, vault.tenant_id, _person(request), vault.id, details)
        self._services.control.events.emit(event)


def _person(request: web.Request) -> str:
    """Who asks, by an id of ours; the holder of the one configured key has none."""
    return caller_of(request).key_id or "local"


def _token(row: Row) -> bodies.TokenAnswer:
    return bodies.TokenAnswer(id=row.id, token=row.token, expires_at=row.expires_at)


def _page(request: web.Request) -> tuple[str, int]:
    """Where a list goes on, and how long it is at most.

    Raises:
        InvalidField: the limit is no number from 1 to 500.
    """
    limit = request.query.get("limit", "100")
    if not limit.isascii() or not limit.isdigit() or not 0 < int(limit[:6]) <= PAGE_MAX:
        raise InvalidField(param="limit")
    return request.query.get("after", "")[:80], int(limit)
