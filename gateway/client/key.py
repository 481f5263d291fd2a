"""A private key, and proofs by it: RFC 9449, section 4.2. ES256, or Ed25519 where a key of that kind is read.

The key is exportable, because keychains keep texts; one that never leaves its hardware needs code of each platform.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.auth.jwk import decoded, encoded, thumbprint_of
from gateway.errors import ConfigurationError

JTI_BYTES = 16
_Private = EllipticCurvePrivateKey | Ed25519PrivateKey
_NO_KEY = "is no private key."
_CURE = "Make one with `holdback agent new-key`."


class ProofKey:
    """A private key that proofs are signed with. It is in no repr, and not to be copied into one."""

    __slots__ = ("_head", "_private", "public_jwk", "thumbprint")

    def __init__(self, private: _Private) -> None:
        self._private = private
        self.public_jwk = _public_members(private)
        self.thumbprint = thumbprint_of(self.public_jwk)
        algorithm = "ES256" if isinstance(private, EllipticCurvePrivateKey) else "Ed25519"
        self._head = _part({"typ": "dpop+jwt", "alg": algorithm, "jwk": self.public_jwk})

    @classmethod
    def new(cls) -> ProofKey:
        """A fresh P-256 key."""
        return cls(generate_private_key(SECP256R1()))

    @classmethod
    def read(cls, text: str) -> ProofKey:
        """A key from its JWK (RFC 7517).

        Raises:
            ConfigurationError: it is none, or none of a kind that proofs are made with.
        """
        try:
            jwk = json.loads(text)
        except ValueError:
            jwk = None
        private = _private_of(jwk) if isinstance(jwk, dict) else None
        if private is None:
            raise ConfigurationError(_NO_KEY, cure=_CURE)
        key = cls(private)
        if any(jwk.get(name) != value for name, value in key.public_jwk.items()):
            raise ConfigurationError(_NO_KEY, cure=_CURE)  # its two halves do not belong together
        return key

    def written(self) -> dict[str, str]:
        """The whole key as JWK: for where it is kept, and for nothing else."""
        if isinstance(self._private, EllipticCurvePrivateKey):
            secret = self._private.private_numbers().private_value.to_bytes(32, "big")
        else:
            secret = self._private.private_bytes_raw()
        return {**self.public_jwk, "d": encoded(secret)}

    def proof(self, method: str, url: str, *, now: float, token: str = "", nonce: str = "") -> str:
        """A proof for one request.

        Args:
            method: of the request.
            url: of the request; query and fragment are left out of the proof.
            now: seconds since 1970.
            token: the access token that goes with it.
            nonce: the last one that the server gave.
        """
        parts = urlsplit(url)
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(JTI_BYTES),
            "htm": method,
            "htu": f"{parts.scheme}://{parts.netloc}{parts.path}",
            "iat": int(now),
        }
        if token:
            claims["ath"] = encoded(hashlib.sha256(token.encode()).digest())
        if nonce:
            claims["nonce"] = nonce
        message = f"{self._head}.{_part(claims)}"
        return f"{message}.{encoded(self._signed(message.encode()))}"

    def _signed(self, message: bytes) -> bytes:
        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.sign(message)
        numbers = decode_dss_signature(self._private.sign(message, ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)  # RFC 7518, section 3.4


def _private_of(jwk: dict[str, Any]) -> _Private | None:
    secret = decoded(jwk.get("d"), 64)
    if secret is None or len(secret) != 32:
        return None
    kind = jwk.get("kty"), jwk.get("crv")
    try:
        if kind == ("EC", "P-256"):
            return derive_private_key(int.from_bytes(secret, "big"), SECP256R1())
        if kind == ("OKP", "Ed25519"):
            return Ed25519PrivateKey.from_private_bytes(secret)
    except ValueError:
        pass
    return None


def _public_members(private: _Private) -> dict[str, str]:
    if isinstance(private, Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": encoded(private.public_key().public_bytes_raw())}
    numbers = private.public_key().public_numbers()
    x, y = (encoded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _part(members: dict[str, Any]) -> str:
    return encoded(json.dumps(members, separators=(",", ":")).encode())
