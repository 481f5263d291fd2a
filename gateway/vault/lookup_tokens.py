"""Tokens of vaults: random, in the form of what they stand for. Nothing in one follows from its value but what its form
keeps; only the vault knows whose it is.

| format | token | of so many |
|---|---|---|
| pan | first six and last four kept, Luhn-valid | 10^(digits - 11): 10^5 for 16 digits |
| ssn | `9XX-GG-SSSS` in groups that are nobody's (`formats/us_ssn.py`) | 3.6 x 10^7 |
| email | `kc-<8 base32>@domain` | 2^40 a domain |
| generic | `KC_VAULT_<16 base32>` | 2^80 |

Chance is handed in: `below(n)` is uniform from 0 to n - 1, from a secure source. Whoever keeps tokens draws again when
one is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from gateway.vault.formats.base32 import base32
from gateway.vault.formats.luhn import luhn_sum, with_sum
from gateway.vault.formats.opaque import PREFIX
from gateway.vault.formats.us_ssn import GROUPS
from gateway.vault.formats.writing import digits

Below = Callable[[int], int]
GENERIC_CHARS_MAX = 8192
PAN_DIGITS = range(13, 20)
_BIN, _LAST = 6, 4
_DOMAIN_CHARS_MAX = 253


class LookupFormat(Enum):
    """The format of a vault's tokens, fixed when it is made."""

    PAN = "pan"
    SSN = "ssn"
    EMAIL = "email"
    GENERIC = "generic"


NUMBERS = frozenset({LookupFormat.PAN, LookupFormat.SSN})
"""Formats whose tokens look like values of the world: only the digest of one tells it."""


def lookup_token(form: LookupFormat, value: str, below: Below) -> str | None:
    """A token for a value; None when the value is not of that format."""
    return _MAKERS[form](value, below)


def _pan(value: str, below: Below) -> str | None:
    number = digits(value) or ""
    if len(number) not in PAN_DIGITS or luhn_sum(number):
        return None
    free = len(number) - _BIN - _LAST
    middle = str(below(10**free)).zfill(free)
    token = with_sum(number[:_BIN] + middle + number[-_LAST:], _BIN + free - 1, 0)
    return _pan(value, below) if token == number else token


def _ssn(value: str, below: Below) -> str | None:
    number = digits(value) or ""
    if len(number) != 9 or number[0] == "9" or number[:3] == "000" or number[3:5] == "00" or number[5:] == "0000":
        return None
    return f"9{below(100):02}-{GROUPS[below(len(GROUPS))]:02}-{below(9999) + 1:04}"


def _email(value: str, below: Below) -> str | None:
    local, at, domain = value.strip().rpartition("@")
    plain = local and at and domain and "@" not in local and not any(map(str.isspace, value.strip()))
    return f"kc-{base32(below(1 << 40), 8).lower()}@{domain}" if plain and len(domain) <= _DOMAIN_CHARS_MAX else None


def _generic(value: str, below: Below) -> str | None:
    return f"{PREFIX}_VAULT_{base32(below(1 << 80), 16)}" if 0 < len(value) <= GENERIC_CHARS_MAX else None


_MAKERS = {LookupFormat.PAN: _pan, LookupFormat.SSN: _ssn, LookupFormat.EMAIL: _email, LookupFormat.GENERIC: _generic}
