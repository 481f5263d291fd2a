"""Azure Key Vault on this machine: TLS under a CA of the test, a 401 challenge first, keys, wrap and unwrap."""

from __future__ import annotations

import base64
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import trustme
from aiohttp import web
from azure.core.credentials import AccessToken
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.kms.azure import AzureConfig, AzureEndpoints
from tests.fakes.kms_faults import FakeService, Fault

VAULT = "https://customer-vault.vault.azure.net"
CONFIG = AzureConfig(f"{VAULT}/keys/kek", VAULT)
_CHALLENGE = (
    'Bearer authorization="https://login.microsoftonline.com/11111111-2222-4333-8444-555566667777", '
    'resource="https://vault.azure.net"'
)
_ERRORS = {
    Fault.DENY: (403, "Forbidden", "ForbiddenByRbac"),
    Fault.DISABLE: (403, "Forbidden", "KeyDisabled"),
    Fault.DELETE: (404, "KeyNotFound", ""),
    Fault.THROTTLE: (429, "Throttled", ""),
    Fault.FAIL: (500, "InternalServerError", ""),
}
_OAEP = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)


class Credential:
    """A token for whoever asks."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("token", 2**33)

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> Credential:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class FakeAzure(FakeService):
    """`async with FakeAzure() as azure: AzureProvider(CONFIG, Surroundings(), endpoints=azure.endpoints)`."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = {"v1": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self._runner: web.AppRunner | None = None
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file = str(Path(self._folder.name, "ca.pem"))
        self.url = ""

    @property
    def endpoints(self) -> AzureEndpoints:
        return AzureEndpoints(self.url, self.ca_file, Credential())

    def rotate(self) -> None:
        """The customer makes a new version of the key; the old one still unwraps."""
        name = f"v{len(self._keys) + 1}"
        self._keys[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    async def __aenter__(self) -> FakeAzure:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/keys/kek/{version:.*}", self._get)
        app.router.add_post("/keys/kek/{version}/wrapkey", self._wrap)
        app.router.add_post("/keys/kek/{version}/unwrapkey", self._unwrap)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.url = f"https://localhost:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        self._folder.cleanup()

    async def stop(self) -> None:
        self.stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if "Authorization" not in request.headers:
            return web.json_response({}, status=401, headers={"WWW-Authenticate": _CHALLENGE})
        self.calls.append(request.path.rsplit("/", 1)[1] if request.method == "POST" else "get")
        if self.fault is Fault.HANG:
            await self.hang()
        if self.fault in _ERRORS:
            status, code, inner = _ERRORS[self.fault]
            error = {"code": code, "message": "made up", "innererror": {"code": inner}}
            return web.json_response({"error": error}, status=status)
        return await handler(request)

    async def _get(self, request: web.Request) -> web.Response:
        version = request.match_info["version"].strip("/") or f"v{len(self._keys)}"
        numbers = self._keys[version].public_key().public_numbers()
        key = {
            "kid": f"{self.url}/keys/kek/{version}",
            "kty": "RSA",
            "key_ops": ["wrapKey", "unwrapKey"],
            "n": _b64(numbers.n.to_bytes(256, "big")),
            "e": _b64(numbers.e.to_bytes(3, "big")),
        }
        return web.json_response({"key": key, "attributes": {"enabled": True}})

    async def _wrap(self, request: web.Request) -> web.Response:
        version, body = request.match_info["version"], await request.json()
        sealed = self._keys[version].public_key().encrypt(_unb64(body["value"]), _OAEP)
        return web.json_response({"kid": f"{self.url}/keys/kek/{version}", "value": _b64(sealed)})

    async def _unwrap(self, request: web.Request) -> web.Response:
        version, body = request.match_info["version"], await request.json()
        assert body["alg"] == "RSA-OAEP-256"
        try:
            opened = self._keys[version].decrypt(_unb64(body["value"]), _OAEP)
        except (ValueError, KeyError):
            return web.json_response({"error": {"code": "BadParameter", "message": "no"}}, status=400)
        if self.fault is Fault.CORRUPT:
            opened = bytes([opened[0] ^ 1]) + opened[1:]
        return web.json_response({"kid": f"{self.url}/keys/kek/{version}", "value": _b64(opened)})


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
