"""Sealed bytes: AES-256-GCM under a key of its own per message, with key commitment and bound to its owner.

    0x01 | message id (32) | commitment (32) | ciphertext | tag (16)          81 bytes more than the plaintext

    key | commitment = HKDF-SHA256(sub-key, salt = message id, info = binding, 64 bytes)
    AES-256-GCM(key, nonce = 12 zero bytes, AAD = the first 65 bytes + binding)

Each key seals one message, so the nonce can be constant and the 2^32 messages per key of random nonces are no limit.
The commitment closes what GCM leaves open: a ciphertext that opens under two keys (Albertini et al., USENIX Security
2022). A wrong key fails on it before GCM runs. Message ids are drawn at random by the caller: 2^-128 is the chance that
two of 2^64 are equal.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors.vault import CipherMisuse, SealedDataUnreadable
from gateway.vault.keys import Purpose, encode, wipe

FORMAT_VERSION = 1
MESSAGE_ID_BYTES = 32
OVERHEAD_BYTES = 81
_HEADER_BYTES = 1 + MESSAGE_ID_BYTES + 32
_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class Binding:
    """What a sealed record belongs to: opened for anything else, it does not open.

    Args:
        tenant: id of the tenant.
        purpose: what the sub-key is for.
        row: id of the row, a HMAC of its token, or owner and id together (`encode`).
        version: key version of the tenant's root.
        wrapping_key: id of the key that wraps the root.
    """

    tenant: str
    purpose: Purpose
    row: str | bytes
    version: int
    wrapping_key: str = ""

    def canonical(self) -> bytes:
        return encode(FORMAT_VERSION, self.tenant, self.purpose.value, self.row, self.wrapping_key, self.version)


def seal(sub_key: bytes | bytearray, plaintext: bytes | bytearray, binding: Binding, *, message_id: bytes) -> bytes:
    """Seals `plaintext`.

    Args:
        sub_key: 32 bytes, from `TenantRoot.sub_key(binding.purpose)`.
        message_id: 32 random bytes, never used before: the caller draws them, this room has no source of chance.

    Raises:
        CipherMisuse: a key or a message id of another length.
    """
    if len(sub_key) != 32 or len(message_id) != MESSAGE_ID_BYTES:
        raise CipherMisuse
    bound = binding.canonical()
    key, commitment = _derive(sub_key, message_id, bound)
    header = bytes((FORMAT_VERSION,)) + message_id + commitment
    sealed = AESGCM(key).encrypt(_NONCE, plaintext, header + bound)
    wipe(key)
    return header + sealed


def unseal(sub_key: bytes | bytearray, sealed: bytes, binding: Binding) -> bytes:
    """The plaintext of what `seal` made with the same key and binding.

    Raises:
        SealedDataUnreadable: another key, another binding, or changed bytes; not told apart.
    """
    plaintext = None
    if len(sealed) >= OVERHEAD_BYTES and sealed[0] == FORMAT_VERSION and len(sub_key) == 32:
        bound, header = binding.canonical(), sealed[:_HEADER_BYTES]
        key, commitment = _derive(sub_key, sealed[1 : 1 + MESSAGE_ID_BYTES], bound)
        if hmac.compare_digest(commitment, header[1 + MESSAGE_ID_BYTES :]):
            with suppress(InvalidTag):
                plaintext = AESGCM(key).decrypt(_NONCE, sealed[_HEADER_BYTES:], header + bound)
        wipe(key)
    if plaintext is None:
        raise SealedDataUnreadable
    return plaintext


def _derive(sub_key: bytes | bytearray, message_id: bytes, bound: bytes) -> tuple[bytearray, bytes]:
    """The key of one message, to be wiped, and the commitment to it."""
    derived = bytearray(64)
    HKDF(algorithm=SHA256(), length=64, salt=message_id, info=bound).derive_into(sub_key, derived)
    key, commitment = derived[:32], bytes(derived[32:])
    wipe(derived)
    return key, commitment
