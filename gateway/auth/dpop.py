"""Proof of possession of a private key: RFC 9449, the resource server's side.

Laws kept here:
1. Every MUST of sections 4.3, 7 and 8 is checked before anything is granted, and each refusal has its code:
   `invalid_dpop_proof`, `invalid_token`, `use_dpop_nonce`.
2. `htu` is compared with configured public origins, never with what a request says of itself (X-Forwarded-*, Host).
3. The result of a proof is never cached; the public key that came with it is, because reading one costs as much as
   checking a signature.
4. A proof's identity (`replay_key`) is for the caller to record last, so that strangers cannot fill the store.

A proof covers method, URI, key and time, and not the body: TLS does that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gateway.auth.jwk import PRIVATE_MEMBERS, PublicKey, decoded, encoded, is_signed, public_key, thumbprint_of
from gateway.auth.uri import normalized
from gateway.errors import AuthenticationError
from gateway.errors.access import InvalidProof, InvalidToken, UseNonce

PROOF_CHARS_MAX = 4096
JTI_CHARS_MAX = 256
MAX_AGE_SECONDS = 60
"""How old a proof may be."""
SKEW_SECONDS = 5
"""How far in the future a client's clock may stand."""
NONCE_WINDOW_SECONDS = 300
NONCES_MAX = 1024
KEYS_MAX = 10_000
ALGORITHMS = ("ES256", "Ed25519")
RSA_ALGORITHM = "RS256"
_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What a proof must be for.

    Args:
        method: of the HTTP request.
        path: of the request target, as it came, without query.
        token: the access token that goes with it; `""` where a token is asked for.
        thumbprint: RFC 7638 of the key that the token is bound to; `""` when any key will do (a first exchange).
        proofs: all values of the `DPoP` header fields.
        now: seconds since 1970.
    """

    method: str
    path: str
    token: str = field(repr=False)
    thumbprint: str
    proofs: Sequence[str] = field(repr=False)
    now: float


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds. `replay_key` is to be recorded for `seconds_to_live` and refused when it is there already;
    `made_at`: by the clock of who made it, in seconds since 1970."""

    thumbprint: str
    replay_key: bytes = field(repr=False)
    seconds_to_live: int
    nonce_is_fresh: bool
    made_at: float


class Nonces:
    """Nonces that need no store: a time, and a MAC over it. Replicas that share the key take each other's."""

    def __init__(self, key: bytes, window_seconds: int = NONCE_WINDOW_SECONDS) -> None:
        self._key, self._window = key, window_seconds
        self._seen: dict[str, int] = {}

    def issue(self, now: float) -> str:
        """The nonce of now."""
        stamp = int(now).to_bytes(8, "big")
        return encoded(stamp + self._mac(stamp))

    def age_seconds(self, nonce: str, now: float) -> float | None:
        """How old a nonce is; None when it is none of ours, or too old."""
        stamp = self._seen.get(nonce)
        if stamp is None:
            data = decoded(nonce, 64)
            if data is None or len(data) != 24 or not hmac.compare_digest(self._mac(data[:8]), data[8:]):
                return None
            stamp = int.from_bytes(data[:8], "big")
            if len(self._seen) >= NONCES_MAX:
                self._seen.clear()
            self._seen[nonce] = stamp  # that it is ours stays true; how old it is does not
        age = now - stamp
        return age if -SKEW_SECONDS <= age <= self._window else None

    def is_fresh(self, age_seconds: float) -> bool:
        """Whether it is good for another while: else the answer should bring a new one."""
        return age_seconds < self._window / 2

    def _mac(self, stamp: bytes) -> bytes:
        return hmac.digest(self._key, b"holdback dpop nonce" + stamp, hashlib.sha256)[:16]


class Verifier:
    """Checks proofs for a set of public origins.

    Args:
        origins: `https://api.example.com`, as clients know this service.
        nonces: when given, every proof needs one.
        rsa: RS256 is allowed beside ES256 and Ed25519.
    """

    def __init__(self, origins: Sequence[str], nonces: Nonces | None = None, *, rsa: bool = False) -> None:
        self._origins = tuple(normalized(origin.rstrip("/") + "/").rstrip("/") for origin in origins)
        self.nonces = nonces
        self.algorithms = (*ALGORITHMS, RSA_ALGORITHM) if rsa else ALGORITHMS
        self._keys: OrderedDict[str, tuple[PublicKey, str]] = OrderedDict()

    def verify(self, request: ProofRequest) -> Proof:
        """Check a proof.

        Raises:
            InvalidProof, InvalidToken, UseNonce: see RFC 9449, sections 4.3, 7.1 and 9.
        """
        if len(request.proofs) != 1 or len(request.proofs[0]) > PROOF_CHARS_MAX:
            raise InvalidProof
        match = _PARTS.fullmatch(request.proofs[0])
        claims = _object(match[2]) if match else None
        signature = decoded(match[3], PROOF_CHARS_MAX) if match else None
        if match is None or claims is None or signature is None:
            raise InvalidProof
        key, thumbprint = self._key(match[1])
        if not is_signed(key, f"{match[1]}.{match[2]}".encode(), signature):
            raise InvalidProof
        jti = self._check_claims(claims, request)
        self._check_token(claims, request, thumbprint)
        is_fresh = self._check_nonce(claims, request.now)
        replay_key = hashlib.sha256(f"{thumbprint}|{request.path}|{jti}".encode()).digest()
        # Until the latest time at which it would still be taken, by a clock that is behind ours as well.
        seconds = MAX_AGE_SECONDS + 2 * SKEW_SECONDS + 1
        return Proof(thumbprint, replay_key, seconds, is_fresh, float(claims["iat"]))

    def _key(self, written: str) -> tuple[PublicKey, str]:
        """The key that a header brings, and its thumbprint. A client's header is the same each time, so both are kept
        by its text."""
        known = self._keys.get(written)
        if known is not None:
            self._keys.move_to_end(written)
            return known
        header = _object(written)
        if header is None:
            raise InvalidProof
        algorithm, jwk = header.get("alg"), header.get("jwk")
        if header.get("typ") != "dpop+jwt" or algorithm not in (*self.algorithms, "EdDSA") or not isinstance(jwk, dict):
            raise InvalidProof
        if "crit" in header or "b64" in header or PRIVATE_MEMBERS & jwk.keys():
            raise InvalidProof
        known = public_key(jwk), thumbprint_of(jwk)
        kind = {"ES256": EllipticCurvePublicKey, RSA_ALGORITHM: RSAPublicKey}.get(str(algorithm), Ed25519PublicKey)
        if not isinstance(known[0], kind):
            raise InvalidProof
        self._keys[written] = known
        if len(self._keys) > KEYS_MAX:
            self._keys.popitem(last=False)
        return known

    def _check_claims(self, claims: dict[str, Any], request: ProofRequest) -> str:
        jti, uri, at = claims.get("jti"), claims.get("htu"), claims.get("iat")
        if not isinstance(jti, str) or not 0 < len(jti) <= JTI_CHARS_MAX or claims.get("htm") != request.method:
            raise InvalidProof
        if not isinstance(uri, str) or not self._is_target(normalized(uri), request.path):
            raise InvalidProof
        if isinstance(at, bool) or not isinstance(at, int | float):
            raise InvalidProof
        if not request.now - MAX_AGE_SECONDS - SKEW_SECONDS <= at <= request.now + SKEW_SECONDS:
            raise InvalidProof
        return jti

    def _is_target(self, uri: str, path: str) -> bool:
        return any(normalized(origin + path) == uri for origin in self._origins)

    def _check_token(self, claims: dict[str, Any], request: ProofRequest, thumbprint: str) -> None:
        if request.token:
            wanted = encoded(hashlib.sha256(request.token.encode()).digest())
            given = claims.get("ath")
            if not isinstance(given, str) or not given.isascii() or not hmac.compare_digest(given, wanted):
                raise InvalidToken
        if request.thumbprint and not hmac.compare_digest(request.thumbprint, thumbprint):
            raise InvalidToken

    def _check_nonce(self, claims: dict[str, Any], now: float) -> bool:
        if self.nonces is None:
            return True
        nonce = claims.get("nonce")
        age = self.nonces.age_seconds(nonce, now) if isinstance(nonce, str) else None
        if age is None:
            raise UseNonce
        return self.nonces.is_fresh(age)


def challenge(error: AuthenticationError | None, algorithms: Sequence[str]) -> str:
    """The value of `WWW-Authenticate` (RFC 9449, section 7.1); without credentials no error code."""
    listed = f'algs="{" ".join(algorithms)}"'
    if isinstance(error, InvalidProof | InvalidToken | UseNonce):
        return f'DPoP error="{error.code}", error_description="{error.public}", {listed}'
    return f"DPoP {listed}"


def _object(part: str) -> dict[str, Any] | None:
    data = decoded(part, PROOF_CHARS_MAX)
    try:
        value = _DECODER.decode((data or b"").decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)
