"""The control plane of a gateway in this process, and an owner who can talk to it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from joserfc.jwk import ECKey
from pydantic import SecretStr

from gateway.auth.admin_tokens import make_proof
from gateway.server.admin.route import STEP_UP_HEADER
from gateway.server.app import make_app
from gateway.services import Services, open_services
from gateway.settings import Settings, Upstream
from gateway.settings.egress import EgressSettings
from gateway.settings.keys import KeySettings
from gateway.settings.stores import StoreSettings
from tests.fakes.gateway import KEY, NO_MODEL, engine


@dataclass
class Control:
    """A running gateway."""

    url: str
    services: Services
    http: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, body: object = None, *, token: str = "", step_up: str = "", **more: Any
    ) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if step_up:
            headers[STEP_UP_HEADER] = step_up
        given: dict[str, Any] = {"json": body} if body is not None else {}
        async with self.http.request(method, self.url + path, headers=headers, **given, **more) as answer:
            return answer.status, await answer.json()

    async def owner(self, slug: str) -> Person:
        """A new tenant, and its owner, by way of the bootstrap."""
        tenant = await self.services.stores.tenants.create(slug, slug, self.services.control.clock())
        credential = f"kc_boot_{secrets.token_urlsafe(32)}"
        expires_at = self.services.control.clock() + timedelta(minutes=5)
        await self.services.stores.admins.offer_bootstrap(tenant.id, credential, expires_at)
        person = Person(self, ECKey.generate_key("P-256"), tenant.id)
        body = {"credential": credential, "tenant": slug, "name": "Ada", "public_key": person.public_key}
        status, answer = await self.call("POST", "/admin/auth/bootstrap", body)
        assert (status, answer["role"]) == (200, "owner"), answer
        person.id = answer["id"]
        await person.sign_in()
        return person


@dataclass
class Person:
    """Someone with an enrolled key."""

    control: Control
    key: ECKey
    tenant_id: str
    id: str = ""
    token: str = ""

    @property
    def public_key(self) -> dict[str, object]:
        values = self.key.as_dict(private=False)
        return {name: values[name] for name in ("kty", "crv", "x", "y")}

    def proof(self, action: str, **changes: Any) -> str:
        now = int(self.control.services.control.clock().timestamp()) + int(changes.pop("later", 0))
        given = {"tenant_id": self.tenant_id, "token_id": secrets.token_urlsafe(8)} | changes
        return make_proof(self.key, action, given["tenant_id"], given["token_id"], now)

    async def sign_in(self) -> None:
        status, answer = await self.control.call("POST", "/admin/auth/token", {"proof": self.proof("token")})
        assert status == 200, answer
        self.token = answer["access_token"]

    async def step_up(self, action: str) -> str:
        body = {"action": action, "proof": self.proof(action)}
        status, answer = await self.call("POST", "/admin/auth/step-up", body)
        assert status == 200, answer
        return str(answer["step_up_token"])

    async def call(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, Any]:
        return await self.control.call(method, path, body, token=self.token, **more)

    async def colleague(self, role: str) -> Person:
        """Someone else of the same tenant."""
        person = Person(self.control, ECKey.generate_key("P-256"), self.tenant_id)
        body = {"name": role, "role": role, "public_key": person.public_key}
        step_up = await self.step_up("admins.add")
        status, answer = await self.call("POST", "/admin/admins", body, step_up=step_up)
        assert status == 200, answer
        person.id = answer["id"]
        await person.sign_in()
        return person


@asynccontextmanager
async def serve_control(
    folder: Path,
    *,
    open_origins: tuple[str, ...] = (),
    database_url: str = "",
    redis_url: str = "",
    upstream: str = "http://127.0.0.1:9/v1",
    keys: KeySettings | None = None,
    **more: Any,
) -> AsyncIterator[Control]:
    """Serve; `keys` is for settings that say more than where the master key is."""
    master_key = SecretStr("A" * 43 + "=") if database_url else None
    keys = (keys or KeySettings()).model_copy(update={"master_key": master_key, "allow_local_provider": True})
    settings = Settings(
        port=0,
        key=SecretStr(KEY),
        upstream=Upstream(base_url=upstream),
        stores=StoreSettings(data_dir=str(folder), database_url=database_url, redis_url=redis_url),
        egress=EgressSettings(open_origins=open_origins, total_seconds=5),
        keys=keys,
        **{"tier3": NO_MODEL, **more},
    )
    async with open_services(settings, engine("default")) as services, aiohttp.ClientSession() as http:
        runner = web.AppRunner(make_app(services), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield Control(f"http://127.0.0.1:{runner.addresses[0][1]}", services, http)
        finally:
            await runner.cleanup()
