"""Sub-keys of a tenant's root, and the keys that tokens of one scope are made with.

A root is 32 random bytes, wrapped by the tenant's key service and never derived from anything (it could not be erased).
HKDF-SHA256 (RFC 5869) makes one sub-key per purpose and key version, so that a key that leaks through one use opens no
other. Everything that goes into a derivation or a hash is length-prefixed: joined text would let `("ab", "c")` and
`("a", "bc")` meet.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import Enum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors.vault import CipherMisuse
from gateway.vault.ff1 import FF1
from gateway.vault.ff3_1 import FF31, TWEAK_BYTES
from gateway.vault.numerals import DIGITS, Cipher

ROOT_BYTES = 32
SHORT_BITS = 40
"""Bits of a short token's hash: eight characters of base32."""


class Purpose(Enum):
    """What a sub-key is for. The values are part of the derivation: they may be added, never changed."""

    PROMPT_CIPHER = "prompt-cipher"
    PROMPT_TWEAK = "prompt-tweak"
    PROMPT_HASH = "prompt-hash"
    VAULT_CIPHER = "vault-cipher"
    VAULT_TWEAK = "vault-tweak"
    VAULT_HASH = "vault-hash"
    VAULT_ROW = "vault-row"
    VAULT_INDEX = "vault-index"
    LEDGER = "ledger"
    LEDGER_INDEX = "ledger-index"
    OPERATOR_HASH = "operator-hash"
    CANARY = "canary"
    AUDIT_SIDE = "audit-side"
    CACHE_INDEX = "cache-index"
    ALERT = "alert"
    USAGE_PERSON = "usage-person"
    SECRET = "secret"  # noqa: S105 (the name of a purpose)


class Realm(Enum):
    """Where tokens live. Prompt tokens and vault tokens share no key: neither can be used as the other."""

    PROMPT = "prompt"
    VAULT = "vault"


class CipherName(Enum):
    """Format-preserving ciphers, as policies name them."""

    FF3_1 = "ff3-1"
    FF1 = "ff1"


def encode(*parts: str | bytes | int) -> bytes:
    """One byte string for many parts, so that no two lists of parts have the same: each is led by its kind and
    length."""
    encoded = bytearray()
    for part in parts:
        if isinstance(part, str):
            kind, data = b"s", part.encode("utf-8", "surrogatepass")
        elif isinstance(part, bytes):
            kind, data = b"b", part
        else:
            kind, data = b"i", str(part).encode()
        encoded += kind + len(data).to_bytes(4, "big") + data
    return bytes(encoded)


class SubKey(bytearray):
    """Key bytes of our own, overwritten when the last one who holds them lets go: those of a request with the request,
    also where nobody calls `wipe`."""

    __slots__ = ()

    def __del__(self) -> None:
        self[:] = bytes(len(self))


@dataclass(frozen=True, slots=True)
class TenantRoot:
    """One key version of one tenant. `key` stays the caller's: whoever leases it from a cache wipes it.

    Args:
        key: 32 random bytes.
        tenant: the tenant's id.
        version: the key version, from 1.
    """

    key: bytes | bytearray = field(repr=False)
    tenant: str
    version: int

    def __post_init__(self) -> None:
        if len(self.key) != ROOT_BYTES:
            raise CipherMisuse

    def sub_key(self, purpose: Purpose) -> SubKey:
        """32 bytes for one purpose; whoever is done with them early wipes them."""
        info = encode("holdback", purpose.value, self.tenant, self.version)
        # Into a buffer of our own: what `derive` returns is immutable and could not be wiped.
        sub_key = SubKey(32)
        HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive_into(self.key, sub_key)
        return sub_key


def wipe(key: bytearray) -> None:
    """Overwrites a key in place. Copies that others made as `bytes` are out of reach."""
    key[:] = bytes(len(key))


class TokenKeys:
    """What tokens of one tenant, key version, realm and scope are made with. Make it once per root and realm, then take
    `within(scope)`, which costs nothing.

    Args:
        root: the tenant's root.
        realm: prompt or vault.
        cipher: FF3-1 as asked for, or FF1 (see `ff3_1.py`).
        scope: what equality of tokens is kept within: a conversation's id, or `""` for the whole tenant.
        short_bits: bits of the hash in a short token; less than 40 is for tests of collisions.
    """

    __slots__ = (
        "_cipher_key",
        "_ciphers",
        "_hash_key",
        "_short_bits",
        "_tweak_key",
        "cipher",
        "scope",
        "tenant",
        "version",
    )

    def __init__(
        self,
        root: TenantRoot,
        *,
        realm: Realm = Realm.PROMPT,
        cipher: CipherName = CipherName.FF3_1,
        scope: str = "",
        short_bits: int = SHORT_BITS,
    ) -> None:
        self.tenant, self.version, self.cipher, self.scope = root.tenant, root.version, cipher, scope
        prompt = realm is Realm.PROMPT
        self._cipher_key = root.sub_key(Purpose.PROMPT_CIPHER if prompt else Purpose.VAULT_CIPHER)
        self._tweak_key = root.sub_key(Purpose.PROMPT_TWEAK if prompt else Purpose.VAULT_TWEAK)
        self._hash_key = root.sub_key(Purpose.PROMPT_HASH if prompt else Purpose.VAULT_HASH)
        self._ciphers: dict[str, Cipher] = {}
        self._short_bits = min(short_bits, SHORT_BITS)

    def __repr__(self) -> str:
        return f"TokenKeys(tenant={self.tenant!r}, version={self.version})"

    def within(self, scope: str) -> TokenKeys:
        """The same keys for another scope. Both share key material: wiping one wipes both."""
        keys = object.__new__(TokenKeys)
        for name in TokenKeys.__slots__:
            object.__setattr__(keys, name, getattr(self, name))
        keys.scope = scope
        return keys

    def wipe(self) -> None:
        """Overwrites the sub-keys and drops the ciphers. Tokens made afterwards would be worthless: make none."""
        for key in (self._cipher_key, self._tweak_key, self._hash_key):
            wipe(key)
        self._ciphers.clear()

    def cipher_over(self, alphabet: str = DIGITS) -> Cipher:
        """The cipher over one alphabet; its key schedule is kept."""
        found = self._ciphers.get(alphabet)
        if found is None:
            # One key for all alphabets would let two formats of one length share a permutation: the tweak has the
            # format's name, so that they do not.
            found = (FF31 if self.cipher is CipherName.FF3_1 else FF1)(self._cipher_key, alphabet)
            self._ciphers[alphabet] = found
        return found

    def tweak(self, *parts: str | int) -> bytes:
        """A tweak for what must not change: HMAC over tenant, scope, version and `parts`. 7 bytes for FF3-1, 16 for
        FF1."""
        message = encode(self.tenant, self.scope, self.version, self.cipher.value, *parts)
        length = TWEAK_BYTES if self.cipher is CipherName.FF3_1 else 16
        return hmac.digest(self._tweak_key, message, "sha256")[:length]

    def long_hash(self, *parts: str | int) -> int:
        """A keyed hash of 256 bits over tenant, scope, version and `parts`."""
        message = encode(self.tenant, self.scope, self.version, "long", *parts)
        return int.from_bytes(hmac.digest(self._hash_key, message, "sha256"), "big")

    def below(self, bound: int, *parts: str | int) -> int:
        """A keyed hash of `parts`, uniform below `bound` (its bias is under bound / 2^256), or of `short_bits` bits."""
        message = encode(self.tenant, self.scope, self.version, "short", *parts)
        number = int.from_bytes(hmac.digest(self._hash_key, message, "sha256"), "big")
        if self._short_bits < SHORT_BITS:
            number &= (1 << self._short_bits) - 1
        return number % bound
