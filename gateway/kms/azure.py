"""Azure Key Vault in the customer's tenant: an RSA key that wraps (RSA-OAEP-256) a secret that wraps the key.

    0x01 | length (2) | key id with version | length (2) | wrapped secret (RSA-OAEP-256) | AES-256-GCM(ciphertext | tag)

RSA-OAEP binds nothing: so Key Vault wraps 32 random bytes, and HKDF of them with the context makes the key that seals
ours (its nonce is constant: it seals one message). The key's version is in the blob, so what was wrapped before the
customer rotated their key still opens.

Wrapping runs in this process with the public key, in the vendor's library as well: it works when access is long gone.
Only `unwrap` asks the vault, and only it proves anything; `provider.probe` does both.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors.kms import (
    KeyCorrupt,
    KeyDenied,
    KeyGone,
    KeyUnavailable,
    KmsConfigInvalid,
    KmsError,
    StaticCredentialRefused,
)
from gateway.kms.fields import matched, read_fields, refuse_credential
from gateway.kms.provider import KEY_BYTES, KeyContext, KeyProvider, ProviderConfig, Surroundings, imported

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_VAULT = r"https://[a-z][a-z0-9-]{1,22}[a-z0-9]\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)"
_KEY = _VAULT + r"/keys/[A-Za-z0-9-]{1,127}"
_SECRET_BYTES = 32

ERRORS: dict[int, type[KmsError]] = {
    400: KeyCorrupt,
    401: KeyDenied,
    403: KeyDenied,
    404: KeyGone,
    409: KeyGone,  # ObjectIsBeingDeleted, ObjectIsDeletedButRecoverable
}
"""By HTTP status. What is not here is `KeyUnavailable`."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class AzureConfig:
    """Which key, and how to be let in: with neither id, the managed identity of this machine; with both, a federated
    credential, or the client secret in the environment variable of that name."""

    key_ref: str
    vault_url: str
    azure_tenant_id: str | None = None
    client_id: str | None = None
    client_secret_env_var: str | None = None

    def public(self) -> dict[str, str]:
        names = ("vault_url", "azure_tenant_id", "client_id", "client_secret_env_var")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def identity(self) -> str:
        return self.key_ref


@dataclass(frozen=True, slots=True)
class AzureEndpoints:
    """For tests only: a vault on this machine, a CA for it, a credential, and no check that the challenge names
    Azure."""

    vault: str
    ca_file: str
    credential: Any = field(repr=False)


class AzureProvider:
    """See the module."""

    def __init__(
        self, config: AzureConfig, surroundings: Surroundings, *, endpoints: AzureEndpoints | None = None
    ) -> None:
        self.key_ref = config.key_ref
        self._config, self._surroundings, self._endpoints = config, surroundings, endpoints
        self._base = config.key_ref if endpoints is None else endpoints.vault + config.key_ref[len(config.vault_url) :]
        self._credential: Any = None
        self._keys: Any = None
        self._boxes: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"AzureProvider({self.key_ref!r})"

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        async def ask() -> tuple[str, bytes]:
            from azure.keyvault.keys.crypto import KeyWrapAlgorithm

            found = await self._key_client().get_key(self._base.rsplit("/", 1)[1])
            result = await self._box(found.id).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, bytes(secret))
            return found.id, result.encrypted_key

        secret = bytearray(os.urandom(_SECRET_BYTES))
        key_id, wrapped = await self._bounded(ask)
        named = key_id[len(self._base) :].encode()
        header = b"\x01" + len(named).to_bytes(2, "big") + named + len(wrapped).to_bytes(2, "big") + wrapped
        sealed = AESGCM(_key_of(secret, context)).encrypt(bytes(12), bytes(key), header)
        secret[:] = bytes(_SECRET_BYTES)
        return header + sealed

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        named, inner, header, sealed = _parts(wrapped)

        async def ask() -> bytes:
            from azure.keyvault.keys.crypto import KeyWrapAlgorithm

            result = await self._box(self._base + named).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, inner)
            return bytes(result.key)

        secret = bytearray(await self._bounded(ask))
        opened: bytearray | None = None
        with suppress(InvalidTag):
            opened = bytearray(AESGCM(_key_of(secret, context)).decrypt(bytes(12), sealed, header))
        secret[:] = bytes(len(secret))
        if opened is None or len(opened) != KEY_BYTES:
            raise KeyCorrupt
        return opened

    async def close(self) -> None:
        open_ones = [*self._boxes.values(), self._keys, self._credential if self._endpoints is None else None]
        self._boxes, self._keys, self._credential = {}, None, None
        for client in open_ones:
            if client is not None:
                await client.close()

    async def _bounded(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        await imported("azure.keyvault.keys.crypto.aio", "azure.identity.aio")
        from azure.core.exceptions import AzureError, HttpResponseError

        error: KmsError | None = None
        answer: _T | None = None
        try:
            async with asyncio.timeout(self._surroundings.deadline_seconds):
                answer = await ask()
        except TimeoutError:
            error = KeyUnavailable()
        except HttpResponseError as caught:
            error = _meaning(caught)
        except AzureError:
            error = KeyUnavailable()
        except ValueError:
            # The library's check that the challenge names this cloud, and undecodable answers.
            error = KeyDenied()
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]  # an error was raised

    def _key_client(self) -> Any:
        if self._keys is None:
            from azure.keyvault.keys.aio import KeyClient

            self._keys = KeyClient(vault_url=self._base.split("/keys/")[0], **self._options())
        return self._keys

    def _box(self, key_id: str) -> Any:
        if key_id not in self._boxes:
            from azure.keyvault.keys.crypto.aio import CryptographyClient

            self._boxes[key_id] = CryptographyClient(key_id, **self._options())
        return self._boxes[key_id]

    def _options(self) -> dict[str, Any]:
        connection: dict[str, Any] = {"connection_timeout": 1, "read_timeout": 2}
        if self._endpoints is not None:
            connection["connection_verify"] = self._endpoints.ca_file
        options: dict[str, Any] = {"retry_total": 0, "permit_redirects": False, **connection}
        if self._surroundings.connector is not None:
            options["transport"] = _transport(self._surroundings.connector(), connection)
        if self._endpoints is None:
            if self._credential is None:
                self._credential = credential_for(self._config, self._surroundings)
            return {**options, "credential": self._credential}
        return {
            **options,
            "credential": self._endpoints.credential,
            "verify_challenge_resource": False,
        }


def _transport(connector: Any, connection: Mapping[str, Any]) -> Any:
    """The vendor's transport, over connections of our own."""
    import aiohttp
    from azure.core.pipeline.transport import AioHttpTransport

    session = aiohttp.ClientSession(
        connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    )
    return AioHttpTransport(session=session, session_owner=True, use_env_settings=False, **connection)


def credential_for(config: AzureConfig, surroundings: Surroundings) -> Any:
    """The vendor's credential object; its secret is read from the environment and kept only inside it."""
    from azure.identity.aio import ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential

    if config.client_secret_env_var is not None:
        secret = surroundings.secret(config.client_secret_env_var)
        if not secret:
            raise KmsConfigInvalid(param="config.client_secret_env_var")
        return ClientSecretCredential(config.azure_tenant_id or "", config.client_id or "", secret)
    if config.azure_tenant_id is not None:
        error = None
        try:
            return WorkloadIdentityCredential(tenant_id=config.azure_tenant_id, client_id=config.client_id)
        except ValueError:  # no token file on this machine
            error = KmsConfigInvalid(param="config.azure_tenant_id")
        raise error
    return ManagedIdentityCredential(client_id=config.client_id) if config.client_id else ManagedIdentityCredential()


def _key_of(secret: bytearray, context: KeyContext) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"holdback azure" + context.canonical()).derive(secret)


def _parts(wrapped: bytes) -> tuple[str, bytes, bytes, bytes]:
    """Path of the key's version, wrapped secret, everything before the sealed key, and the sealed key."""
    if len(wrapped) < 5 or wrapped[0] != 1:
        raise KeyCorrupt
    first = 3 + int.from_bytes(wrapped[1:3], "big")
    second = first + 2 + int.from_bytes(wrapped[first : first + 2], "big")
    named = wrapped[3:first]
    if len(wrapped) != second + KEY_BYTES + 16 or not re.fullmatch(rb"/[A-Za-z0-9]{1,64}", named):
        raise KeyCorrupt
    return named.decode(), wrapped[first + 2 : second], wrapped[:second], wrapped[second:]


def _meaning(error: Any) -> KmsError:
    status = getattr(error, "status_code", None)
    if status is None:
        # No answer of the vault: the identity service refused, or there is none here.
        return KeyUnavailable() if type(error).__name__ == "CredentialUnavailableError" else KeyDenied()
    return ERRORS.get(status, KeyUnavailable)()


def read(key_ref: str, config: Mapping[str, object], tenant: str) -> AzureConfig:
    """See `provider.read_config`. The environment variable may only be one that the operator named for this tenant."""
    variable = config.get("client_secret_env_var", "X")
    if isinstance(variable, str) and not re.fullmatch(r"[A-Z][A-Z0-9_]*", variable, re.ASCII):
        raise StaticCredentialRefused(param="config.client_secret_env_var")  # a secret, where its name should be
    bound = "HOLDBACK_KMS_" + re.sub(r"[^A-Z0-9]", "_", tenant.upper())
    fields = read_fields(
        config,
        required={"vault_url": _VAULT},
        optional={
            "azure_tenant_id": _GUID,
            "client_id": _GUID,
            "client_secret_env_var": re.escape(bound) + r"_[A-Z0-9_]{1,64}",
        },
    )
    refuse_credential(key_ref, param="kms_key_ref")
    ref = matched(key_ref, _KEY, "kms_key_ref")
    if not ref.startswith(fields["vault_url"] + "/keys/"):
        raise KmsConfigInvalid(param="kms_key_ref")
    if "client_secret_env_var" in fields and not {"azure_tenant_id", "client_id"} <= fields.keys():
        raise KmsConfigInvalid(param="config.client_id")
    if "azure_tenant_id" in fields and "client_id" not in fields:
        raise KmsConfigInvalid(param="config.client_id")
    return AzureConfig(ref, **fields)


def open_configured(config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
    """See `provider.open_provider`."""
    if not isinstance(config, AzureConfig):
        raise KmsConfigInvalid(param="provider")
    return AzureProvider(config, surroundings)
