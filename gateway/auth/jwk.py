"""Public keys as JWK (RFC 7517), their thumbprints (RFC 7638), and signatures by them.

Only public members are read; a key that brings private ones is refused by its user. P-256, Ed25519, and RSA of 2048 to
4096 bits.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.errors.access import InvalidProof

RSA_BITS = (2048, 4096)
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey
_ES256 = ECDSA(SHA256())
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}


def thumbprint_of(jwk: dict[str, Any]) -> str:
    """RFC 7638.

    Raises:
        InvalidProof: a kind of key that is not supported, or a member is missing.
    """
    members = _THUMBPRINT_MEMBERS.get(str(jwk.get("kty")), ("",))
    if not all(isinstance(jwk.get(name), str) for name in members):
        raise InvalidProof
    text = json.dumps({name: jwk[name] for name in members}, sort_keys=True, separators=(",", ":"))
    return encoded(hashlib.sha256(text.encode()).digest())


def public_key(jwk: dict[str, Any]) -> PublicKey:
    """The key that public members describe.

    Raises:
        InvalidProof: they describe none that is allowed.
    """
    try:
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
            return EllipticCurvePublicNumbers(_number(jwk, "x", 32), _number(jwk, "y", 32), SECP256R1()).public_key()
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            return Ed25519PublicKey.from_public_bytes(_number(jwk, "x", 32).to_bytes(32, "big"))
        if jwk.get("kty") == "RSA":
            modulus = _number(jwk, "n", RSA_BITS[1] // 8)
            if RSA_BITS[0] <= modulus.bit_length() <= RSA_BITS[1]:
                return RSAPublicNumbers(_number(jwk, "e", 8), modulus).public_key()
    except ValueError:
        pass
    raise InvalidProof


def is_signed(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether a JWS signature is by this key: ES256, Ed25519 or RS256 by its kind."""
    try:
        if isinstance(key, EllipticCurvePublicKey):
            if len(signature) != 64:
                return False
            numbers = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(*numbers), message, _ES256)
        elif isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _number(jwk: dict[str, Any], member: str, bytes_max: int) -> int:
    data = decoded(jwk.get(member, ""), bytes_max * 2)
    if not data or len(data) > bytes_max:
        raise InvalidProof
    return int.from_bytes(data, "big")


def decoded(text: object, chars_max: int) -> bytes | None:
    """Base64url without padding, in its one form; None for anything else."""
    if not isinstance(text, str) or len(text) > chars_max or not text.isascii() or "+" in text or "/" in text:
        return None
    padded = text.replace("-", "+").replace("_", "/").encode() + b"=" * (-len(text) % 4)
    try:
        data = binascii.a2b_base64(padded)
    except (binascii.Error, ValueError):
        return None
    # Whatever the decoder passed over in silence does not come back.
    return data if binascii.b2a_base64(data, newline=False) == padded else None


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return binascii.b2a_base64(data, newline=False).decode().rstrip("=").replace("+", "-").replace("/", "_")
