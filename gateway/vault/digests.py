"""Digests that name things in a store without saying them: HMAC-SHA256 under a key of the installation."""

from __future__ import annotations

import hmac

from gateway.vault.keys import encode


class Digest:
    """Of texts, as 64 hexadecimal digits; `key` is 32 bytes that only this installation has."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Digest()"

    def __call__(self, *parts: str) -> str:
        """The digest of some texts, whose number and order count."""
        return hmac.digest(self._key, encode(*parts), "sha256").hex()
