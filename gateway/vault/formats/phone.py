"""Telephone numbers: only numbers that the plan's authority keeps for fiction, so that a token rings nobody.

    +1 415-555-2671  ->  +1 415-555-01NN          +44 20 7123 4567  ->  +44 20 7946 0NNN

| plan | kept for fiction | tokens | source |
|---|---|---|---|
| +1 | area code kept, 555-0100 to 555-0199 | 100 per area code | ATIS-0300115 (NANPA 555 line numbers) |
| +44 | 20 7946 0xxx in London, 7700 900xxx mobile, else 1632 960xxx | 1,000 each | Ofcom, numbers for drama use |
| +33 | the zone's own six digits, then any four | 10,000 per zone | ARCEP decision 2012-0856 |
| +49 | 30 23125, 69 90009, 40 66969, 221 4710, 89 99998 and three digits | 1,000 each | BNetzA notice 148/2021 |
| +61 | area kept, 7010 xxxx | 10,000 per area | ACMA, numbers for fiction |

Few tokens stand for many numbers, so a key cannot turn them back and collisions are usual: of n numbers of one area
code two share a token with probability n^2 / 200 (12 are even odds). The ledger gives both the opaque form. Toll-free
and other special numbers, plans that keep nothing for fiction, German and Australian mobiles and numbers with an
extension have no token of this format. Numbers without a country code are read as North American (10 digits), British
(11 digits from 01, 02, 07) or French (pairs), by their form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.vault.formats.token_format import Reversal
from gateway.vault.formats.writing import digits, written_like
from gateway.vault.keys import TokenKeys

_TOLL_FREE = r"8(?:00|22|33|44|55|66|77|88)"


@dataclass(frozen=True, slots=True)
class _Range:
    """Numbers of one kind in one plan, and what they become: `kept` leading digits, `fiction`, `free` digits of
    hash."""

    country: str
    national: re.Pattern[str]
    kept: int
    fiction: tuple[str, ...]
    free: int


def _range(country: str, national: str, kept: int, fiction: str, free: int) -> _Range:
    return _Range(country, re.compile(national), kept, tuple(fiction.split()), free)


_RANGES = (
    _range("1", rf"(?!{_TOLL_FREE}|900|[2-9]11)[2-9]\d\d[2-9]\d{{6}}", 3, "55501", 2),
    _range("44", r"20\d{8}", 0, "2079460", 3),
    _range("44", r"7[1-57-9]\d{8}", 0, "7700900", 3),
    _range("44", r"1\d{8,9}|2[1-9]\d{8}", 0, "1632960", 3),
    _range("33", r"1\d{8}", 0, "19900", 4),
    _range("33", r"2\d{8}", 0, "26191", 4),
    _range("33", r"3\d{8}", 0, "35301", 4),
    _range("33", r"4\d{8}", 0, "46571", 4),
    _range("33", r"5\d{8}", 0, "53649", 4),
    _range("33", r"[67]\d{8}", 0, "63998", 4),
    _range("49", r"30\d{3,9}", 0, "3023125", 3),
    _range("49", r"69\d{3,9}", 0, "6990009", 3),
    _range("49", r"40\d{3,9}", 0, "4066969", 3),
    _range("49", r"221\d{3,8}", 0, "2214710", 3),
    _range("49", r"89\d{3,9}", 0, "8999998", 3),
    _range("49", r"[2-9]\d{5,10}", 0, "3023125 6990009 4066969 2214710 8999998", 3),
    _range("61", r"[2378]\d{8}", 1, "7010", 4),
)
_COUNTRIES = ("1", "44", "33", "49", "61")
_PAIRS = re.compile(r"0[1-7](?:[ .-]\d\d){4}")


class PhoneFormat:
    """Numbers for fiction, found again by look-up."""

    name = "phone"
    entities = frozenset({"PHONE_NUMBER"})
    chosen = False
    reversal = Reversal.LEDGER
    shape = None

    def canonical(self, value: str) -> str:
        read = _read(value)
        if read:
            return f"+{read[0]}{read[1]}"
        return digits(value.replace("+", "")) or value

    def token(self, value: str, keys: TokenKeys) -> str | None:
        read = _read(value)
        if read is None:
            return None
        country, national = read
        for known in _RANGES:
            if known.country == country and known.national.fullmatch(national):
                index = keys.below(len(known.fiction) * 10**known.free, "phone", country, national)
                which, rest = divmod(index, 10**known.free)
                written = f"{national[: known.kept]}{known.fiction[which]}{str(rest).zfill(known.free)}"
                return None if written == national else f"+{country}{written}"
        return None

    def value(self, token: str, keys: TokenKeys) -> str | None:
        return None

    def surface(self, token: str, like: str) -> str:
        read, wanted = _read(token), digits(like.replace("+", "")) or ""
        if read is None:
            return token
        country, national = read
        international = _is_international(like)
        candidates = (
            [f"{country}{national}", f"00{country}{national}", f"{country}0{national}"]
            if international
            else [f"0{national}", national, f"{country}{national}"]
        )
        fits = next((found for found in candidates if len(found) == len(wanted) and _same_head(found, wanted)), None)
        if fits is not None:
            return written_like(fits, like) if not like.startswith("+") else "+" + written_like(fits, like[1:])
        return f"+{country} {national}" if international else candidates[1 if country == "1" else 0]


def _same_head(found: str, wanted: str) -> bool:
    """Whether country code or trunk zero stand in the same place."""
    return found[0] == wanted[0] or found[0] not in "01"


def _is_international(text: str) -> bool:
    return text.lstrip(" (").startswith(("+", "00"))


def _read(value: str) -> tuple[str, str] | None:
    """Country code and national number, without trunk zero, of a number that the table may know."""
    number = digits(value.replace("+", ""))
    if number is None:
        return None
    if _is_international(value):
        number = number.removeprefix("00")
        country = next((code for code in _COUNTRIES if number.startswith(code)), None)
        if country is None:
            return None
        national = number[len(country) :]
        # "+49 (0)30": the trunk zero is no part of an international number, but people write it.
        return country, national if country == "1" else national.removeprefix("0")
    if len(number) == 11 and number[0] == "1":
        return "1", number[1:]
    if len(number) == 10 and number[0] not in "01":
        return "1", number
    if len(number) == 11 and number.startswith(("01", "02", "07")):
        return "44", number[1:]
    if _PAIRS.fullmatch(value):
        return "33", number[1:]
    return None


FORMAT = PhoneFormat()
