"""Signed requests: for clients that cannot make DPoP proofs, and for who wants the body covered, as a proof does not.

A key that is bound to signatures is worth nothing by itself: each request has HMAC-SHA256 (RFC 2104), under a secret
that never travels, over

    holdback-v1 LF method LF path and query LF seconds since 1970 LF nonce LF hex SHA-256 of the body

each as it is on the wire. Laws kept here:
1. A signature is good for 300 seconds, and none is of the future (5 seconds are left to clocks).
2. The secret follows from a key of the installation and the id of the key: nothing is kept that could be read.
3. Nothing of a signature is compared but in constant time, and one answer is given for whatever is wrong with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.errors.access import InvalidSignature

SIGNED = "hmac-sha256".ljust(43, "-")
"""What stands in the place of a thumbprint for a key that is bound to signatures: as long as one, and none."""
TIMESTAMP, NONCE, SIGNATURE = "X-Holdback-Timestamp", "X-Holdback-Nonce", "X-Holdback-Signature"
HEADERS = (TIMESTAMP, NONCE, SIGNATURE)
WINDOW_SECONDS = 300
FUTURE_SECONDS = 5
_TIME = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_SIGNATURE = re.compile(r"v1=[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it came: its time in seconds since 1970, its nonce, its value."""

    at: int
    nonce: str = field(repr=False)
    value: str = field(repr=False)


def read_signature(values: Sequence[Sequence[str]]) -> Signature | None:
    """The signature of a request; None where there is none.

    Args:
        values: what came under each of `HEADERS`.

    Raises:
        InvalidSignature: a header is missing, comes twice, or is not one.
    """
    if not any(values):
        return None
    if any(len(value) != 1 for value in values):
        raise InvalidSignature
    at, nonce, value = (value[0] for value in values)
    if not (_TIME.fullmatch(at) and _NONCE.fullmatch(nonce) and _SIGNATURE.fullmatch(value)):
        raise InvalidSignature
    return Signature(int(at), nonce, value)


def signing_secret(installation_key: bytes, key_id: str) -> str:
    """The secret of a key: 43 characters of base64url, without padding."""
    made = hmac.digest(installation_key, b"holdback request signing" + key_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def sign_request(secret: str, method: str, target: str, at: int, nonce: str, body: bytes) -> str:
    """The value of `X-Holdback-Signature`.

    Args:
        secret: of the key.
        method: in capitals.
        target: path and query, as on the request line.
        at: seconds since 1970.
        nonce: 16 to 64 letters, digits, `-` and `_`, never used before.
        body: as it is sent.
    """
    message = "\n".join(("holdback-v1", method, target, str(at), nonce, hashlib.sha256(body).hexdigest()))
    return "v1=" + hmac.digest(secret.encode(), message.encode(), hashlib.sha256).hex()


def check_time(signature: Signature, now: float) -> None:
    """Whether a signature is inside its window.

    Raises:
        InvalidSignature: it is not.
    """
    if not now - WINDOW_SECONDS <= signature.at <= now + FUTURE_SECONDS:
        raise InvalidSignature


def check_signature(signature: Signature, secret: str, method: str, target: str, body: bytes) -> None:
    """Whether a signature is that of a request.

    Raises:
        InvalidSignature: it is not.
    """
    wanted = sign_request(secret, method, target, signature.at, signature.nonce, body)
    if not hmac.compare_digest(wanted, signature.value):
        raise InvalidSignature
