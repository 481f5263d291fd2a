"""Signed requests, with what they need to be remembered: used nonces.

Laws:
1. A nonce is good once, on all replicas, for as long as its signature could be taken.
2. What was signed before the store that remembers began is not taken: the memory of it may be lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gateway.auth.signing import (
    FUTURE_SECONDS,
    SIGNED,
    WINDOW_SECONDS,
    Signature,
    check_signature,
    check_time,
    signing_secret,
)
from gateway.errors.access import AccessUnavailable, InvalidSignature
from gateway.errors.stores import StoreUnavailable
from gateway.stores.store import Shared

KEY_NAME = "request signing"
"""What the installation's key for secrets is derived by."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it was signed. `target`: path and query; `read`: gives the body, under its caps."""

    signature: Signature | None
    target: str = field(repr=False)
    read: Callable[[], Awaitable[bytes]] = field(repr=False)


async def _nothing() -> bytes:
    return b""


NOT_SIGNED = Signed(None, "", _nothing)


class Signing:
    """One a process.

    Args:
        shared: remembers used nonces.
        key: 32 bytes of the installation, for nothing else.
    """

    def __init__(self, shared: Shared, key: bytes) -> None:
        self._shared, self._key = shared, key

    def secret(self, key_id: str) -> str:
        """What requests with a key are signed with."""
        return signing_secret(self._key, key_id)

    async def check(self, thumbprint: str, key_id: str, method: str, signed: Signed, now: float) -> None:
        """Check a signature where the key needs one, and use its nonce up.

        Args:
            thumbprint: what the key is bound to.
            key_id: of the key.
            method: of the request.
            signed: the request.
            now: seconds since 1970.

        Raises:
            InvalidSignature: there is none, there should be none, it does not hold, or it was used before.
            AccessUnavailable: nobody knows whether it was.
            GatewayError: the body cannot be read.
        """
        signature = signed.signature
        if (thumbprint == SIGNED) != (signature is not None):
            raise InvalidSignature
        if signature is None:
            return
        check_time(signature, now)
        check_signature(signature, self.secret(key_id), method, signed.target, await signed.read())
        name = hashlib.sha256(f"{key_id} {signature.nonce}".encode()).hexdigest()
        is_first, born = await self._claimed(f"signed:{name}")
        if not is_first or signature.at < born + FUTURE_SECONDS:
            raise InvalidSignature

    async def _claimed(self, name: str) -> tuple[bool, float]:
        try:
            is_first, generation = await self._shared.claim_within(name, WINDOW_SECONDS + 2 * FUTURE_SECONDS)
            began = generation.partition("-")[0]
            return is_first, int(began) / 1e6 if began.isdecimal() else float("inf")
        except StoreUnavailable:
            pass
        raise AccessUnavailable(retry_after_seconds=1)
