"""Signatures of webhooks, in the manner of Stripe: `t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256 over
`<t>.<body>` (docs.stripe.com/webhooks/signature). The time is signed: an old message cannot be sent again.

Each attempt is signed anew, so that what waited for an hour is still inside the window. Several `v1` may stand in one
header, one a secret, while a secret is being changed: one that fits is enough.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

HEADER = "Holdback-Signature"
REPLAY_SECONDS = 300
VALUES_MAX = 8


def sign(body: bytes, secrets: Iterable[str], at: int) -> str:
    """The header.

    Args:
        body: as it is sent.
        secrets: of the receiver; more than one while they change.
        at: the time now, in seconds since 1970.
    """
    return ",".join([f"t={at}", *(f"v1={_mac(body, secret, at)}" for secret in secrets)])


def problem(body: bytes, header: str, secrets: Iterable[str], now: float, *, seconds: float = REPLAY_SECONDS) -> str:
    """What is wrong with a signature: `""` for nothing, else `malformed`, `replay_window_exceeded` or `no_match`.

    Args:
        body: as it came.
        header: the value of `HEADER`.
        secrets: any of which may have signed.
        now: the time, in seconds since 1970.
        seconds: how far from it the signed time may be, in both directions.
    """
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    values = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 15:
        return "malformed"
    if not values or len(values) > VALUES_MAX:
        return "malformed"
    at = int(times[0])
    known = [_mac(body, secret, at).encode() for secret in secrets]
    # All are compared, whatever the first says.
    matches = [hmac.compare_digest(one, value.encode("utf-8", "replace")) for one in known for value in values]
    if not any(matches):
        return "no_match"
    return "replay_window_exceeded" if abs(now - at) > seconds else ""


def _mac(body: bytes, secret: str, at: int) -> str:
    return hmac.digest(secret.encode(), b"%d." % at + body, sha256).hex()
