"""Makes DPoP proofs with joserfc, which shares nothing with what checks them."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Key = ECKey | OKPKey | RSAKey
TOKEN = "kc_live_a_token"
NOW = 1_800_000_000.0
URL = "https://gate.example/v1/chat/completions"


class _Registry(JWSRegistry):
    max_header_length = 4096
    max_payload_length = 8192


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a proof that holds; a change to None leaves one out."""
    made = {"jti": "one", "htm": "POST", "htu": URL, "iat": int(NOW), "ath": ath(TOKEN)} | changes
    return {name: value for name, value in made.items() if value is not None}


def ath(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def proof(key: Key, payload: dict[str, Any], **header: Any) -> str:
    """A signed proof; header members may be changed, or left out with None."""
    algorithm = {"EC": "ES256", "OKP": "Ed25519", "RSA": "RS256"}[key.key_type]
    made = {"typ": "dpop+jwt", "alg": algorithm, "jwk": key.as_dict(private=False)} | header
    members = {name: value for name, value in made.items() if value is not None}
    registry = _Registry(algorithms=["ES256", "Ed25519", "RS256"], strict_check_header=False)
    return jws.serialize_compact(members, json.dumps(payload).encode(), key, registry=registry)


def raw(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    """Three parts, signed by nobody."""
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
