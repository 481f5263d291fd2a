"""Tokens of admins, as JWT (RFC 7519): ours, those of an OpenID provider, and proofs by an enrolled key.

Laws: the algorithm is ours to say, never the token's; type and audience are pinned, so that a token for one use is good
for no other (RFC 8725, sections 3.9 to 3.12); every time has both ends. One refusal for all reasons.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, OctKey

from gateway.errors.admin import AdminUnauthenticated

OURS = "HS256"
PROOF = "ES256"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""What an issuer may be pinned to."""
AUDIENCE = "holdback:admin"
ACCESS_TYPE = "holdback-admin+jwt"
PROOF_TYPE = "holdback-proof+jwt"
ACCESS_SECONDS = 900
PROOF_SECONDS = 60
SKEW_SECONDS = 5
TOKEN_CHARS_MAX = 8192


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a token must be. `token_types` in lower case; "" stands for none."""

    issuer: str
    audience: str
    algorithm: str
    token_types: frozenset[str]
    seconds_max: int = 86_400


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says that was checked."""

    subject: str
    issued_at: int
    token_id: str = field(repr=False)
    values: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Named:
    """What an unchecked token says of itself."""

    issuer: str
    key_id: str
    subject: str = field(repr=False)


def peek(token: str) -> Named:
    """What an unchecked token names: to look up what it is to be checked with, and for nothing else.

    Raises:
        AdminUnauthenticated: it is no token.
    """
    if len(token) <= TOKEN_CHARS_MAX and token.isascii() and token.count(".") == 2:
        head, payload = (_json(part) for part in token.split(".")[:2])
        issuer, key_id, subject = payload.get("iss"), head.get("kid", ""), payload.get("sub")
        if isinstance(issuer, str) and isinstance(key_id, str) and isinstance(subject, str):
            return Named(issuer, key_id, subject)
    raise AdminUnauthenticated


def issue(subject: str, key: bytes, now: int) -> str:
    """An access token of ours for an enrolled identity; good for ACCESS_SECONDS."""
    claims = {"iss": AUDIENCE, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + ACCESS_SECONDS}
    return jwt.encode({"alg": OURS, "typ": ACCESS_TYPE}, claims, OctKey.import_key(key), algorithms=[OURS])


def check_ours(token: str, key: bytes, now: int) -> Claims:
    """Check an access token of ours.

    Raises:
        AdminUnauthenticated: it is not valid.
    """
    pinned = Pinned(AUDIENCE, AUDIENCE, OURS, frozenset({ACCESS_TYPE}), ACCESS_SECONDS)
    return check(token, OctKey.import_key(key), pinned, now)


def check_proof(token: str, public_key: str, action: str, tenant_id: str, now: int) -> Claims:
    """Check a proof by an enrolled key: made for this action and tenant, within the last minute.

    Args:
        public_key: a JWK as JSON.

    Raises:
        AdminUnauthenticated: it is not valid.
    """
    pinned = Pinned(AUDIENCE, AUDIENCE, PROOF, frozenset({PROOF_TYPE}), PROOF_SECONDS)
    claims = check(token, enrolled(public_key), pinned, now)
    fresh = now - PROOF_SECONDS <= claims.issued_at
    if not fresh or not claims.token_id or (claims.values.get("act"), claims.values.get("ten")) != (action, tenant_id):
        raise AdminUnauthenticated
    return claims


def make_proof(private_key: ECKey, action: str, tenant_id: str, token_id: str, now: int) -> str:
    """A proof, for commands and tests; `token_id` is never used twice."""
    claims = {
        "iss": AUDIENCE,
        "aud": AUDIENCE,
        "sub": private_key.thumbprint(),
        "iat": now,
        "exp": now + PROOF_SECONDS,
        "jti": token_id,
        "act": action,
        "ten": tenant_id,
    }
    return jwt.encode({"alg": PROOF, "typ": PROOF_TYPE}, claims, private_key, algorithms=[PROOF])


def enrolled(public_key: str) -> ECKey:
    """A public P-256 key from a JWK as JSON.

    Raises:
        AdminUnauthenticated: it is none, or has a private part.
    """
    try:
        values = json.loads(public_key)
        if set(values) <= {"kty", "crv", "x", "y", "kid", "use", "alg"} and values.get("crv") == "P-256":
            return ECKey.import_key({name: values[name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise AdminUnauthenticated


def key_set(document: bytes) -> KeySet:
    """The keys of a JWK set (RFC 7517) that can be read; others are left out.

    Raises:
        AdminUnauthenticated: it is none, or has no such key.
    """
    keys: list[Key] = []
    listed = _object(document).get("keys")
    for values in listed[:100] if isinstance(listed, list) else []:
        try:
            if isinstance(values, dict) and values.get("kty") in {"RSA", "EC", "OKP"} and "d" not in values:
                keys.append(JWKRegistry.import_key(values))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    if not keys:
        raise AdminUnauthenticated
    return KeySet(keys)


def check(token: str, key: Key | KeySet, pinned: Pinned, now: int) -> Claims:
    """Check a token.

    Raises:
        AdminUnauthenticated: it is not what was pinned, or not signed by `key`.
    """
    values: dict[str, Any] = {}
    kind: object = None
    if len(token) <= TOKEN_CHARS_MAX:
        try:
            decoded = jwt.decode(token, key, algorithms=[pinned.algorithm])
            values, kind = decoded.claims, decoded.header.get("typ", "")
        except (JoseError, ValueError, TypeError, KeyError):
            pass
    issued, expires, audience = values.get("iat"), values.get("exp"), values.get("aud")
    valid = (
        isinstance(kind, str)
        and kind.lower() in pinned.token_types
        and values.get("iss") == pinned.issuer
        and audience in (pinned.audience, [pinned.audience])
        and _is_time(issued, now - pinned.seconds_max, now + SKEW_SECONDS)
        and _is_time(expires, now - SKEW_SECONDS + 1, now + pinned.seconds_max + SKEW_SECONDS)
        and ("nbf" not in values or _is_time(values["nbf"], 0, now + SKEW_SECONDS))
        and isinstance(values.get("sub"), str)
        and 0 < len(values["sub"]) <= 300
    )
    if not valid:
        raise AdminUnauthenticated
    token_id = values.get("jti")
    return Claims(values["sub"], int(values["iat"]), token_id if isinstance(token_id, str) else "", values)


def _is_time(value: object, first: int, last: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and first <= value <= last


def _json(part: str) -> dict[str, Any]:
    try:
        return _object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}


def _object(document: bytes) -> dict[str, Any]:
    try:
        values = json.loads(document)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
