"""Google Cloud KMS in the customer's project: impersonation of their service account, then Encrypt and Decrypt with
AAD.

Every CRC32C is sent and checked both ways, and the answer must name our key. No retry of the library: its default
retries `UNAVAILABLE` for 55 s whatever the timeout of the call. The impersonated token is fetched in a thread (the
library's refresh is synchronous), sent as metadata, and kept until five minutes before its end.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors.kms import KeyCorrupt, KeyDenied, KeyGone, KeyUnavailable, KmsConfigInvalid, KmsError
from gateway.kms.fields import matched, read_fields, refuse_credential
from gateway.kms.provider import KEY_BYTES, KeyContext, KeyProvider, ProviderConfig, Surroundings, imported

_NAME = r"[a-z][a-z0-9-]{4,28}[a-z0-9]"
_ACCOUNT = rf"{_NAME}@{_NAME}\.iam\.gserviceaccount\.com"
_KEY = rf"projects/{_NAME}/locations/[a-z0-9-]{{2,32}}/keyRings/[A-Za-z0-9_-]{{1,63}}/cryptoKeys/[A-Za-z0-9_-]{{1,63}}"
_ADDRESS = "cloudkms.googleapis.com:443"
_SCOPE = "https://www.googleapis.com/auth/cloudkms"
_TOKEN_SECONDS, _TOKEN_MARGIN = 3600, 300

ERRORS: dict[str, type[KmsError]] = {
    "PERMISSION_DENIED": KeyDenied,
    "UNAUTHENTICATED": KeyDenied,
    "FAILED_PRECONDITION": KeyDenied,  # disabled; see `_meaning` for destroyed
    "NOT_FOUND": KeyGone,
    "INVALID_ARGUMENT": KeyCorrupt,
    "DATA_LOSS": KeyCorrupt,
}
"""gRPC status names. What is not here is `KeyUnavailable`."""


@dataclass(frozen=True, slots=True)
class GcpConfig:
    """Which key, and which service account of the customer to be."""

    key_ref: str
    impersonate_service_account: str
    project_id: str | None

    def public(self) -> dict[str, str]:
        shown = {"impersonate_service_account": self.impersonate_service_account}
        return shown if self.project_id is None else {**shown, "project_id": self.project_id}

    def identity(self) -> str:
        return self.impersonate_service_account


@dataclass(frozen=True, slots=True)
class GcpEndpoints:
    """For tests: a plain-text KMS, an IAM credentials endpoint, and the caller's own credentials."""

    kms: str
    iam: str
    source: Any


class GcpProvider:
    """See the module."""

    def __init__(
        self, config: GcpConfig, *, deadline_seconds: float = 5.0, endpoints: GcpEndpoints | None = None
    ) -> None:
        self.key_ref = config.key_ref
        self._config, self._deadline, self._endpoints = config, deadline_seconds, endpoints
        self._lock = asyncio.Lock()
        self._client: Any = None
        self._channel: Any = None
        self._token: str | None = None
        self._until = dt.datetime.min.replace(tzinfo=dt.UTC)

    def __repr__(self) -> str:
        return f"GcpProvider({self.key_ref!r})"

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        aad = context.canonical()
        answer = await self._call(
            "encrypt",
            plaintext=bytes(key),
            plaintext_crc32c=_crc(bytes(key)),
            additional_authenticated_data=aad,
            additional_authenticated_data_crc32c=_crc(aad),
        )
        sound = (
            answer.verified_plaintext_crc32c
            and answer.verified_additional_authenticated_data_crc32c
            and answer.ciphertext_crc32c == _crc(answer.ciphertext)
            and answer.name.startswith(self.key_ref + "/cryptoKeyVersions/")
        )
        if not sound:
            raise KeyCorrupt
        return bytes(answer.ciphertext)

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        aad = context.canonical()
        answer = await self._call(
            "decrypt",
            ciphertext=wrapped,
            ciphertext_crc32c=_crc(wrapped),
            additional_authenticated_data=aad,
            additional_authenticated_data_crc32c=_crc(aad),
        )
        opened = bytearray(answer.plaintext)
        if len(opened) != KEY_BYTES or answer.plaintext_crc32c != _crc(bytes(opened)):
            opened[:] = bytes(len(opened))
            raise KeyCorrupt
        return opened

    async def close(self) -> None:
        self._client = self._token = None
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    async def _call(self, operation: str, **fields: Any) -> Any:
        await imported("google.cloud.kms_v1", "google.auth.transport.requests")
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        error: KmsError | None = None
        answer: Any = None
        try:
            async with asyncio.timeout(self._deadline):
                token = await self._access_token()
                if isinstance(token, KmsError):
                    error = token
                else:
                    answer = await getattr(self._kms(), operation)(
                        request={"name": self.key_ref, **fields},
                        retry=None,
                        timeout=self._deadline,
                        metadata=(("authorization", f"Bearer {token}"),),
                    )
        except (TimeoutError, RetryError):
            error = KeyUnavailable()
        except GoogleAPICallError as caught:
            error = _meaning(caught)
        if error is not None:
            if isinstance(error, KeyDenied):
                self._token = None
            raise error
        return answer

    def _kms(self) -> Any:
        if self._client is None:
            import grpc.aio
            from google.cloud.kms_v1 import KeyManagementServiceAsyncClient
            from google.cloud.kms_v1.services.key_management_service.transports import (
                KeyManagementServiceGrpcAsyncIOTransport,
            )

            if self._endpoints is None:
                self._channel = grpc.aio.secure_channel(_ADDRESS, grpc.ssl_channel_credentials())
            else:
                self._channel = grpc.aio.insecure_channel(self._endpoints.kms)
            self._client = KeyManagementServiceAsyncClient(
                transport=KeyManagementServiceGrpcAsyncIOTransport(channel=self._channel)
            )
        return self._client

    async def _access_token(self) -> str | KmsError:
        async with self._lock:
            if self._token is None or dt.datetime.now(dt.UTC) >= self._until:
                found = await asyncio.get_running_loop().run_in_executor(None, self._impersonate)
                if isinstance(found, KmsError):
                    return found
                self._token = found
                self._until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=_TOKEN_SECONDS - _TOKEN_MARGIN)
            return self._token

    def _impersonate(self) -> str | KmsError:
        """A token of the customer's service account, in a thread. The library's exceptions hold the answer's body."""
        import google.auth
        from google.auth import impersonated_credentials
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request

        plain, statuses = Request(), []

        def bounded(*args: Any, **kwargs: Any) -> Any:
            # The library's default is 120 s.
            response = plain(*args, **{**kwargs, "timeout": min(2.0, self._deadline)})
            statuses.append(response.status)
            return response

        try:
            source = self._endpoints.source if self._endpoints else google.auth.default(scopes=[_SCOPE])[0]
            credentials: Any = impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
                source_credentials=source,
                target_principal=self._config.impersonate_service_account,
                target_scopes=[_SCOPE],
                lifetime=_TOKEN_SECONDS,
                iam_endpoint_override=self._endpoints.iam if self._endpoints else None,
            )
            credentials.refresh(bounded)
        except GoogleAuthError:
            last = statuses[-1] if statuses else None
            if last == 404:
                return KeyGone()
            return KeyDenied() if last in {400, 401, 403} else KeyUnavailable()
        return str(credentials.token)


def _crc_table() -> tuple[int, ...]:
    table = []
    for entry in range(256):
        for _ in range(8):
            entry = entry >> 1 ^ (0x82F63B78 if entry & 1 else 0)  # noqa: PLW2901 (the register of the algorithm)
        table.append(entry)
    return tuple(table)


_TABLE = _crc_table()


def _crc(data: bytes) -> int:
    """CRC-32C (RFC 3720 appendix B.4) of some dozens of bytes: not worth a dependency."""
    register = 0xFFFFFFFF
    for byte in data:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register ^ 0xFFFFFFFF


def _meaning(error: Any) -> KmsError:
    name = getattr(error.grpc_status_code, "name", "")
    # A version that is destroyed, or will be, and a disabled one have one code; only the text tells them apart.
    if name == "FAILED_PRECONDITION" and "DESTROY" in str(error.message):
        return KeyGone()
    return ERRORS.get(name, KeyUnavailable)()


def read(key_ref: str, config: Mapping[str, object], tenant: str) -> GcpConfig:
    """See `provider.read_config`."""
    fields = read_fields(config, required={"impersonate_service_account": _ACCOUNT}, optional={"project_id": _NAME})
    refuse_credential(key_ref, param="kms_key_ref")
    ref = matched(key_ref, _KEY, "kms_key_ref")
    return GcpConfig(ref, fields["impersonate_service_account"], fields.get("project_id"))


def open_configured(config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
    """See `provider.open_provider`."""
    if not isinstance(config, GcpConfig):
        raise KmsConfigInvalid(param="provider")
    return GcpProvider(config, deadline_seconds=surroundings.deadline_seconds)
