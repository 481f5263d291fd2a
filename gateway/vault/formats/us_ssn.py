"""US Social Security numbers: numbers that the SSA never issues and that no other agency uses.

    536-22-8726  ->  9XX-GG-SSSS

The SSA issues no area of 900 and above (20 CFR 422.103). Numbers there are the IRS's: groups 50-65, 70-88, 90-92 and
94-99 are ITINs, 93 ATINs, and 01-10, 17-19, 28-29 and 37-39 internal numbers (IRSN). The other 36 groups (11-16, 20-27,
30-36, 40-49, 66-69, 89) are nobody's. Everything after the 9 is hash; the real last four never show.

100 areas x 36 groups x 9,999 serials = 35,996,400 tokens for 888,931,098 possible SSNs: fewer, so by the pigeonhole no
such token can be turned back by key alone, and the ledger does it. Of n SSNs in one scope two share a token with
probability n^2 / 72 million (1.4e-4 for 100); both then get the long form. A token is never an SSN, so never its value.
"""

from __future__ import annotations

from gateway.vault.formats.token_format import Reversal
from gateway.vault.formats.writing import digits, written_like
from gateway.vault.keys import TokenKeys

_RANGES = ((11, 16), (20, 27), (30, 36), (40, 49), (66, 69), (89, 89))
GROUPS = tuple(group for first, last in _RANGES for group in range(first, last + 1))
_AREAS, _SERIALS = 100, 9_999


class SsnFormat:
    """Tokens by keyed hash, found again by look-up."""

    name = "us_ssn"
    entities = frozenset({"US_SSN"})
    chosen = False
    reversal = Reversal.LEDGER
    shape = r"9\d{2}[ ._/-]?(?:1[1-6]|2[0-7]|3[0-6]|4\d|6[6-9]|89)[ ._/-]?(?!0000)\d{4}"

    def canonical(self, value: str) -> str:
        return digits(value) or value

    def token(self, value: str, keys: TokenKeys) -> str | None:
        number = digits(value) or ""
        # What stands in for an SSN with area 900 and above could be its own token.
        if len(number) != 9:
            return None
        index = keys.below(_AREAS * len(GROUPS) * _SERIALS, "us_ssn", number)
        index, serial = divmod(index, _SERIALS)
        area, group = divmod(index, len(GROUPS))
        token = f"9{area:02}{GROUPS[group]:02}{serial + 1:04}"
        return None if token == number else token

    def value(self, token: str, keys: TokenKeys) -> str | None:
        return None

    def surface(self, token: str, like: str) -> str:
        written = written_like(token, like)
        return written if written != token else f"{token[:3]}-{token[3:5]}-{token[5:]}" if len(like) != 9 else token


FORMAT = SsnFormat()
