"""A gateway in this process with a tenant, an agent and keys; and a client that makes proofs."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from joserfc.jwk import ECKey
from pydantic import SecretStr

from gateway.access.minting import KeyRequest, NewKey
from gateway.auth.scopes import read_scope
from gateway.server.app import make_app
from gateway.services import Services, open_services
from gateway.settings import Settings, Upstream
from gateway.settings.access import AccessSettings
from gateway.settings.keys import KeySettings
from gateway.settings.stores import StoreSettings
from gateway.stores.tables.agents import AgentRow, GatewayRow
from tests.fakes.gateway import KEY, NO_MODEL, engine
from tests.unit.gateway.auth.signing import ath, proof

ORIGIN = "https://gate.example"
CHAT = "/v1/chat/completions"
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}


@dataclass
class Answered:
    """An answer, read."""

    status: int
    headers: Any
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def param(self) -> str:
        return str(self.body["error"]["param"])

    @property
    def challenge(self) -> str:
        return str(self.headers.get("WWW-Authenticate", ""))


@dataclass
class Holder:
    """Who has a bound key, and the private key; remembers the last nonce as RFC 9449 asks."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    nonce: str = ""

    @property
    def thumbprint(self) -> str:
        return str(self.key.thumbprint())

    def proof(self, method: str, path: str, token: str, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
        made = {
            "jti": secrets.token_urlsafe(12),
            "htm": method,
            "htu": ORIGIN + path.partition("?")[0],
            "iat": int(time.time()),
            "ath": ath(token) if token else None,
            "nonce": self.nonce or None,
        } | changes
        claims = {name: value for name, value in made.items() if value is not None}
        return proof(self.key, claims, **(header or {}))


@dataclass
class Gate:
    """A running gateway, and a tenant of it."""

    url: str
    services: Services
    http: aiohttp.ClientSession
    tenant_id: str = ""
    gateway: GatewayRow = field(default=None)  # type: ignore[assignment]
    agent: AgentRow = field(default=None)  # type: ignore[assignment]

    async def settle(self, slug: str = "acme") -> None:
        """Make the tenant, a gateway, and the agent `support`."""
        stores, now = self.services.stores, self.services.control.clock()
        self.tenant_id = (await stores.tenants.create(slug, slug, now)).id
        self.gateway = await stores.agents.add_gateway(self.tenant_id, "default", now)
        self.agent = await stores.agents.add_agent(self.gateway, "support", now)

    async def key(self, scope: dict[str, Any] | None = None, **asked: Any) -> NewKey:
        """A new key of the agent."""
        request = KeyRequest("a key", scope=read_scope(scope or {}), **asked)
        return await self.services.access.minting.mint(self.gateway, self.agent, request, "test")

    async def rules(self, **rules: Any) -> None:
        """Give the agent other rules."""
        now = self.services.control.clock()
        await self.services.stores.agents.change_agent(self.tenant_id, "support", now, rules=rules)
        await self.services.access.book.changed()

    async def send(
        self, headers: Any, path: str = CHAT, body: object = BODY, method: str = "POST", **more: Any
    ) -> Answered:
        """One request."""
        given: dict[str, Any] = {} if method == "GET" else {"json": body}
        async with self.http.request(method, self.url + path, headers=headers, **given, **more) as answer:
            shown = await answer.json() if answer.content_type == "application/json" else await answer.read()
            return Answered(answer.status, answer.headers, shown)

    async def bearer(self, text: str, path: str = CHAT, **more: Any) -> Answered:
        """One request with a bearer key."""
        headers = {"Authorization": f"Bearer {text}"} | more.pop("headers", {})
        return await self.send(headers, path, **more)

    async def prove(
        self, holder: Holder, text: str, path: str = CHAT, method: str = "POST", **changes: Any
    ) -> Answered:
        """One request with a bound key and a proof."""
        proved = holder.proof(method, path, text, **changes)
        answer = await self.send({"Authorization": f"DPoP {text}", "DPoP": proved}, path, method=method)
        holder.nonce = answer.headers.get("DPoP-Nonce", holder.nonce)
        return answer


@asynccontextmanager
async def serve_gate(
    upstream: str,
    *,
    access: AccessSettings | None = None,
    database_url: str = "",
    redis_url: str = "",
    **more: Any,
) -> AsyncIterator[Gate]:
    """Serve; `settle` makes a tenant. Settings as `more`."""
    access = access or AccessSettings(public_origins=(ORIGIN,), dpop_required=False)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0,
            key=SecretStr(KEY),
            upstream=Upstream(base_url=upstream),
            upstream_key=SecretStr("sk-provider"),
            stores=StoreSettings(data_dir=str(Path(folder)), database_url=database_url, redis_url=redis_url),
            keys=KeySettings(master_key=SecretStr("A" * 43 + "=") if database_url else None, allow_local_provider=True),
            tier3=NO_MODEL,
            access=access,
            **more,
        )
        async with open_services(settings, engine("default")) as services, aiohttp.ClientSession() as http:
            runner = web.AppRunner(make_app(services), access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            try:
                yield Gate(f"http://127.0.0.1:{runner.addresses[0][1]}", services, http)
            finally:
                await runner.cleanup()
