"""Account, member and record numbers: the same shape over the same alphabet.

    MRN-0012345-B  ->  QTZ-8830914-K

Each digit becomes a digit, each capital a capital, each small letter a small letter; what stands between them stays.
With d digits and l letters N = 10^d x 26^l numbers have this shape. The number of a value among them (mixed radix,
first character most significant) is written with k decimal digits, 10^(k-1) <= N < 10^k or N = 10^k, and enciphered
among these; the cipher is walked until the result is below N again, ten steps at most on average, and is so a
permutation of the N numbers of the shape. N must be 10^6 at least (six digits, or five letters), else the opaque token.
One value in N would be its own token and gets the opaque one. Numbers of more than 56 decimal digits do not fit the
cipher.

There is no check digit in what these entities have in common; what has one (NPI, VIN, ABA) takes the opaque token.
"""

from __future__ import annotations

import re

from gateway.errors.vault import CipherMisuse
from gateway.vault.formats.token_format import Reversal
from gateway.vault.formats.writing import alphanumerics, written_like
from gateway.vault.keys import TokenKeys
from gateway.vault.numerals import MINIMUM_DOMAIN

_SHAPED = re.compile(r"[A-Za-z0-9]{4,56}")
_FIRST = {"9": "0", "A": "A", "a": "a"}


class RecordNumberFormat:
    """Numbers of a house: any shape of letters and digits."""

    name = "record_number"
    entities = frozenset(
        {
            "ACCOUNT_NUMBER",
            "CERTIFICATE_NUMBER",
            "PRESCRIPTION_NUMBER",
            "UK_BANK_NUMBER",
            "US_BANK_NUMBER",
            "US_CLAIM_NUMBER",
            "US_HEALTH_PLAN_NUMBER",
            "US_MEDICAID_ID",
            "US_MEDICAL_RECORD_NUMBER",
        }
    )
    chosen = False
    reversal = Reversal.CIPHER
    shape = None

    def canonical(self, value: str) -> str:
        return alphanumerics(value)

    def token(self, value: str, keys: TokenKeys) -> str | None:
        number = alphanumerics(value)
        token = _other(number, keys, encrypt=True)
        return None if token == number else token

    def value(self, token: str, keys: TokenKeys) -> str | None:
        return _other(alphanumerics(token), keys, encrypt=False)

    def surface(self, token: str, like: str) -> str:
        return written_like(token, like)


def _other(number: str, keys: TokenKeys, *, encrypt: bool) -> str | None:
    if not _SHAPED.fullmatch(number):
        return None
    shape = "".join("9" if c.isdigit() else "A" if c.isupper() else "a" for c in number)
    rank, domain = 0, 1
    for kind, character in zip(shape, number, strict=True):
        radix = 10 if kind == "9" else 26
        rank, domain = rank * radix + ord(character) - ord(_FIRST[kind]), domain * radix
    if domain < MINIMUM_DOMAIN:
        return None
    cipher, tweak = keys.cipher_over(), keys.tweak("record_number", 1, shape)
    step, length = cipher.encrypt if encrypt else cipher.decrypt, len(str(domain - 1))
    while True:
        try:
            rank = int(step(str(rank).zfill(length), tweak))
        except CipherMisuse:  # too long for this cipher
            return None
        if rank < domain:
            return _unrank(rank, shape)


def _unrank(rank: int, shape: str) -> str:
    characters = []
    for kind in reversed(shape):
        rank, index = divmod(rank, 10 if kind == "9" else 26)
        characters.append(chr(ord(_FIRST[kind]) + index))
    return "".join(reversed(characters))


FORMAT = RecordNumberFormat()
