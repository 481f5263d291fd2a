"""Google Cloud KMS over gRPC and the IAM credentials endpoint over HTTP, on this machine."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import grpc
import grpc.aio
from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.auth.credentials import Credentials
from google.cloud.kms_v1.types import service

from gateway.kms.gcp import GcpConfig, GcpEndpoints
from tests.fakes.kms_faults import FakeService, Fault

KEY = "projects/customer-project/locations/europe-west3/keyRings/holdback/cryptoKeys/tenant"
ACCOUNT = "holdback@customer-project.iam.gserviceaccount.com"
CONFIG = GcpConfig(KEY, ACCOUNT, None)

_ERRORS = {
    Fault.DENY: (grpc.StatusCode.PERMISSION_DENIED, "Permission denied"),
    Fault.DISABLE: (grpc.StatusCode.FAILED_PRECONDITION, "is not enabled, current state is: DISABLED."),
    Fault.DELETE: (grpc.StatusCode.FAILED_PRECONDITION, "is not enabled, current state is: DESTROY_SCHEDULED."),
    Fault.THROTTLE: (grpc.StatusCode.RESOURCE_EXHAUSTED, "quota"),
    Fault.FAIL: (grpc.StatusCode.INTERNAL, "internal"),
}


class Source(Credentials):
    """The caller's own credentials: a token that never ends."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token = "source"

    def refresh(self, request: Any) -> None:
        self.token = "source"


class FakeGcp(FakeService):
    """`async with FakeGcp() as gcp: GcpProvider(CONFIG, endpoints=gcp.endpoints)`."""

    def __init__(self) -> None:
        super().__init__()
        self.iam_status = 200
        self.lie: str | None = None
        self._key = AESGCM(os.urandom(32))
        self._server: grpc.aio.Server | None = None
        self._runner: web.AppRunner | None = None
        self.kms = self.iam = ""

    @property
    def endpoints(self) -> GcpEndpoints:
        return GcpEndpoints(kms=self.kms, iam=self.iam, source=Source())

    async def __aenter__(self) -> FakeGcp:
        self._server = grpc.aio.server()
        handlers = {
            "Encrypt": grpc.unary_unary_rpc_method_handler(
                self._encrypt,
                request_deserializer=service.EncryptRequest.deserialize,
                response_serializer=service.EncryptResponse.serialize,
            ),
            "Decrypt": grpc.unary_unary_rpc_method_handler(
                self._decrypt,
                request_deserializer=service.DecryptRequest.deserialize,
                response_serializer=service.DecryptResponse.serialize,
            ),
        }
        name = "google.cloud.kms.v1.KeyManagementService"
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
        self.kms = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()
        app = web.Application()
        app.router.add_post("/token", self._token)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.iam = f"http://127.0.0.1:{self._runner.addresses[0][1]}/token"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        self.stopping.set()
        if self._server is not None:
            await self._server.stop(0)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        self.calls.append("generateAccessToken")
        assert request.headers["Authorization"] == "Bearer source"
        if self.iam_status != 200:
            return web.json_response({"error": {"code": self.iam_status, "message": "no"}}, status=self.iam_status)
        until = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return web.json_response({"accessToken": "impersonated", "expireTime": until})

    async def _admit(self, request: Any, context: Any, call: str) -> None:
        self.calls.append(call)
        metadata = dict(context.invocation_metadata())
        if self.fault is Fault.HANG:
            await self.hang()
        if metadata.get("authorization") != "Bearer impersonated":
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "no token")
        if self.fault in _ERRORS:
            await context.abort(*_ERRORS[self.fault])
        if request.name != KEY:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such key")
        assert "additional_authenticated_data_crc32c" in request

    async def _encrypt(self, request: Any, context: Any) -> Any:
        await self._admit(request, context, "Encrypt")
        assert "plaintext_crc32c" in request
        nonce = os.urandom(12)
        sealed = nonce + self._key.encrypt(nonce, request.plaintext, request.additional_authenticated_data)
        return service.EncryptResponse(
            name=KEY + ("x" if self.lie == "name" else "") + "/cryptoKeyVersions/1",
            ciphertext=sealed,
            ciphertext_crc32c=crc32c(sealed) ^ (self.lie == "ciphertext_crc32c"),
            verified_plaintext_crc32c=self.lie != "verified_plaintext",
            verified_additional_authenticated_data_crc32c=self.lie != "verified_aad",
        )

    async def _decrypt(self, request: Any, context: Any) -> Any:
        await self._admit(request, context, "Decrypt")
        sealed = request.ciphertext
        if crc32c(sealed) != request.ciphertext_crc32c:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "crc")
        plain = b""
        try:
            plain = self._key.decrypt(sealed[:12], sealed[12:], request.additional_authenticated_data)
        except (InvalidTag, ValueError):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Decryption failed")
        checksum = crc32c(plain)
        if self.fault is Fault.CORRUPT:
            plain = bytes([plain[0] ^ 1]) + plain[1:]
        return service.DecryptResponse(plaintext=plain, plaintext_crc32c=checksum)


def crc32c(data: bytes) -> int:
    """Bit by bit, so that it shares nothing with the code under test."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 * (register & 1))
    return register ^ 0xFFFFFFFF
