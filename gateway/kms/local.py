"""A wrapping key in this process: for development, and for tenants without a key service of their own (`global`).

    0x01 | key id (8) | nonce (12) | AES-256-GCM(ciphertext | tag), AAD = key id and context

The key id is a keyed hash of the wrapping key: a blob of another wrapping key is `KeyDenied`, a changed one
`KeyCorrupt`. Nonces are random: below 2^32 wraps under one key, far more than there are tenants.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors.kms import KeyCorrupt, KeyDenied, KmsConfigInvalid
from gateway.kms.fields import matched, read_fields
from gateway.kms.provider import KEY_BYTES, KeyContext, KeyProvider, ProviderConfig, Surroundings

_REF = r"local:[a-z0-9-]{1,64}"
_HEADER = 1 + 8
_NONCE, _TAG = 12, 16


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """`local:NAME`; nothing else to say."""

    key_ref: str

    def public(self) -> dict[str, str]:
        return {}

    def identity(self) -> str:
        return self.key_ref


class LocalProvider:
    """Wraps with 32 bytes that the program around holds. See the module."""

    def __init__(self, key_ref: str, key: bytes | bytearray) -> None:
        if len(key) != KEY_BYTES:
            raise KmsConfigInvalid(param="kms_key_ref")
        self.key_ref = key_ref
        self._key = bytearray(key)
        self._id = hmac.digest(self._key, b"holdback local key id", "sha256")[:8]

    def __repr__(self) -> str:
        return f"LocalProvider({self.key_ref!r})"

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, key, self._id + context.canonical())
        return b"\x01" + self._id + nonce + sealed

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        if len(wrapped) != _HEADER + _NONCE + KEY_BYTES + _TAG or wrapped[0] != 1:
            raise KeyCorrupt
        if not hmac.compare_digest(wrapped[1:_HEADER], self._id):
            raise KeyDenied
        nonce, sealed = wrapped[_HEADER : _HEADER + _NONCE], wrapped[_HEADER + _NONCE :]
        # Into a buffer of our own: what `decrypt` returns is immutable and would stay in memory.
        opened, sound = bytearray(KEY_BYTES), True
        try:
            AESGCM(self._key).decrypt_into(nonce, sealed, self._id + context.canonical(), opened)
        except InvalidTag:
            sound = False
        if not sound:
            opened[:] = bytes(len(opened))
            raise KeyCorrupt
        return opened

    async def close(self) -> None:
        self._key[:] = bytes(KEY_BYTES)


def read(key_ref: str, config: Mapping[str, object], tenant: str) -> LocalConfig:
    """See `provider.read_config`."""
    read_fields(config, required={}, optional={})
    return LocalConfig(matched(key_ref, _REF, "kms_key_ref"))


def open_configured(config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
    """See `provider.open_provider`."""
    if surroundings.local_key is None:
        raise KmsConfigInvalid(param="kms_key_ref")
    return LocalProvider(config.key_ref, surroundings.local_key)
