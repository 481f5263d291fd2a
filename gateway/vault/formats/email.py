"""Email addresses: the local part becomes a keyed hash; the domain stays (`email`) or is hashed, too (`email_mapped`).

    jane.doe@example.com  ->  kc-7f3k2q9b@example.com      or      kc-7f3k2q9b@m-9b2q3k7f.example

A model still sees which addresses are of one firm. A personal domain names its owner: `email_mapped` is for those. The
mapped domain ends in `.example`, which nobody can register (RFC 2606), and is the same for all addresses of a domain.

The hash is over the whole address, 40 bits: of n addresses of one domain and scope two share a token with probability
n^2 / 2.2e12 (4.5e-7 for 1,000). Domains are compared without case (RFC 4343); local parts as they are written, because
only the receiving host knows whether case matters (RFC 5321 section 2.4). What is not `local@domain` (spelled out,
encoded) has no token of this format.
"""

from __future__ import annotations

import unicodedata

from gateway.vault.formats.base32 import base32
from gateway.vault.formats.token_format import Reversal
from gateway.vault.keys import TokenKeys

_HASH = 1 << 40


class EmailFormat:
    """Addresses by keyed hash, found again by look-up."""

    entities = frozenset({"EMAIL_ADDRESS"})
    reversal = Reversal.LEDGER

    def __init__(self, name: str, *, mapped: bool) -> None:
        self.name = name
        self.chosen = self._mapped = mapped
        domain = r"m-[0-9a-hjkmnp-tv-z]{8}\.example" if mapped else r"[^\s@]{1,253}"
        self.shape = r"(?i:kc-[0-9a-hjkmnp-tv-z]{8}@" + domain + ")"

    def canonical(self, value: str) -> str:
        parts = _parts(value)
        return f"{parts[0]}@{parts[1]}" if parts else value

    def token(self, value: str, keys: TokenKeys) -> str | None:
        parts = _parts(value)
        if parts is None:
            return None
        local, domain = parts
        hashed = base32(keys.below(_HASH, "email", local, domain), 8).lower()
        if self._mapped:
            written = f"m-{base32(keys.below(_HASH, 'email-domain', domain), 8).lower()}.example"
        else:
            # As the user wrote it, so that case says nothing that the original did not.
            written = domain
        token = f"kc-{hashed}@{written}"
        return None if token == value else token

    def value(self, token: str, keys: TokenKeys) -> str | None:
        return None

    def surface(self, token: str, like: str) -> str:
        return token


def _parts(value: str) -> tuple[str, str] | None:
    text = unicodedata.normalize("NFKC", value)
    local, at, domain = text.rpartition("@")
    plain = at and local and domain and "@" not in local and not any(map(str.isspace, text))
    return (local, domain.lower()) if plain else None


FORMATS = (EmailFormat("email", mapped=False), EmailFormat("email_mapped", mapped=True))
