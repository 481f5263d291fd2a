"""An OpenID provider on loopback that does what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

AUDIENCE = "https://gateway.test/admin"
CLIENT_ID = "holdback-console"


@cache
def new_key(key_id: str) -> RSAKey:
    """Made once a run: it takes a second."""
    return RSAKey.generate_key(2048, {"kid": key_id})


@dataclass
class FakeIssuer:
    url: str
    key: Key = field(default_factory=lambda: new_key("one"))
    claimed: str = ""
    fetches: int = 0
    status: int = 200

    def document(self) -> dict[str, str]:
        return {"issuer": self.claimed or self.url, "jwks_uri": f"{self.url}/keys"}

    def access_token(self, subject: str, now: int, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """As this provider gives it; `header` and `claims` say what is different."""
        values = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 600} | claims
        head = {"alg": "RS256", "typ": "at+jwt", "kid": "one"} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        return self.sign(head, {name: value for name, value in values.items() if value is not None})

    def id_token(self, subject: str, now: int, **claims: Any) -> str:
        given = {"aud": CLIENT_ID, "auth_time": now} | claims
        return self.access_token(subject, now, header={"typ": "JWT"}, **given)

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        key: Key = self.key
        if header["alg"] == "HS256":  # the old trick: the public key as the secret
            key = OctKey.import_key(json.dumps(self.key.as_dict(private=False)).encode())
        elif header["alg"] == "ES256":
            key = ECKey.generate_key("P-256")
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])


@asynccontextmanager
async def serve_issuer() -> AsyncIterator[FakeIssuer]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def discovery(_request: web.Request) -> web.Response:
        issuer.fetches += 1
        return web.json_response(issuer.document(), status=issuer.status)

    async def keys(_request: web.Request) -> web.Response:
        return web.json_response({"keys": [issuer.key.as_dict(private=False), {"kty": "new-kind"}]})

    app.router.add_get("/.well-known/openid-configuration", discovery)
    app.router.add_get("/keys", keys)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    issuer = FakeIssuer(f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield issuer
    finally:
        await runner.cleanup()
