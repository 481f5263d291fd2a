"""Checks of a candidate by name: does the number obey its issuer's rule?

A check gets the candidate's view text, separators included, and answers yes or no. It never raises: python-stdnum and
phonenumbers do on odd input, so both are wrapped. `LONGEST_VALID_END` holds checks that can judge all ends of a
candidate in one pass.
"""

from __future__ import annotations

import base64
import binascii
import importlib
import ipaddress
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from stdnum import iban as stdnum_iban

Checksum = Callable[[str], bool]

_NO_DIGITS = re.compile(r"[^0-9]", re.ASCII)
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(text: str) -> bool:
    """ISO/IEC 7812-1 annex B, over the digits of the text."""
    digits = _NO_DIGITS.sub("", text)
    total = 0
    for index, char in enumerate(reversed(digits)):
        total += _LUHN_DOUBLED[int(char)] if index & 1 else int(char)
    return bool(digits) and total % 10 == 0


def card(text: str) -> bool:
    """A payment card number: 12 to 19 digits (ISO/IEC 7812-1), Luhn, and not one digit over and over."""
    digits = _NO_DIGITS.sub("", text)
    return 12 <= len(digits) <= 19 and digits[0] not in "07" and len(set(digits)) > 1 and luhn(digits)


def card_end(view: str, start: int, end: int) -> int | None:
    """The longest `stop <= end` for which `view[start:stop]` is a valid card, or None. One pass: the sums of both
    parities are carried along, so that every length is judged on the way."""
    even = odd = count = 0
    best: int | None = None
    distinct: set[str] = set()
    for index in range(start, end):
        char = view[index]
        if not "0" <= char <= "9":
            continue
        # The new digit becomes the rightmost: what was doubled is not any more, and the reverse.
        even, odd = odd + int(char), even + _LUHN_DOUBLED[int(char)]
        count += 1
        distinct.add(char)
        if count >= 12 and even % 10 == 0 and len(distinct) > 1 and not view[index + 1 : index + 2].isalnum():
            best = index + 1
        if count == 19:
            break
    return best if view[start] not in "07" else None


_DOMAIN = re.compile(r"(?:[A-Za-z0-9ø][A-Za-z0-9ø-]*\.)+(?:[A-Za-zø]{2,}|xn--[A-Za-z0-9-]{2,})", re.ASCII)


def email(text: str) -> bool:
    """An address whose domain has a dot and a top-level domain of letters or punycode (RFC 1034, RFC 5890)."""
    local, _, domain = text.rpartition("@")
    return not local.endswith(".") and _DOMAIN.fullmatch(domain) is not None


_SPELLED_AT = re.compile(r"[ \[({<]{1,3}[aA][tT][ \])}>]{1,3}")
_SPELLED_DOT = re.compile(r"[ \[({<]{1,3}[dD][oO][tT][ \])}>]{1,3}")
_TOP_LEVEL = frozenset(
    [
        "com",
        "org",
        "net",
        "edu",
        "gov",
        "mil",
        "int",
        "info",
        "biz",
        "io",
        "co",
        "ai",
        "app",
        "dev",
        "me",
        "uk",
        "de",
        "fr",
        "es",
        "it",
        "nl",
        "be",
        "at",
        "ch",
        "pl",
        "se",
        "no",
        "fi",
        "dk",
        "ie",
        "pt",
        "gr",
        "cz",
        "hu",
        "ro",
        "eu",
        "us",
        "ca",
        "au",
        "nz",
        "jp",
        "cn",
        "in",
        "br",
        "mx",
        "ru",
        "za",
        "kr",
        "sg",
        "hk",
        "tr",
        "il",
    ]
)


def email_spelled(text: str) -> bool:
    """An address with its signs spelled out, under a top-level domain that people have addresses at."""
    plain = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", text))
    return email(plain) and plain.rpartition(".")[2].lower() in _TOP_LEVEL


def us_ssn_shape(text: str) -> bool:
    """A Social Security number in groups: no area 000 or 666, no group 00, no serial 0000. Areas from 900 on were
    never issued, but stand in for SSNs (ITINs among them), and specimens that circulate (078-05-1120) look like one:
    what is written as an SSN is treated as one."""
    digits = _NO_DIGITS.sub("", text)
    return len(digits) == 9 and digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"


def us_ssn(text: str) -> bool:
    """A Social Security number that the SSA can have issued (randomization rules of 2011)."""
    return us_ssn_shape(text) and not _NO_DIGITS.sub("", text).startswith("9")


def us_ssn_spaced(text: str) -> bool:
    """A Social Security number with a space after every digit: five different digits at least, not counting up, or
    rows of a table would be one."""
    digits = _NO_DIGITS.sub("", text)
    return us_ssn(text) and len(set(digits)) >= 5 and digits not in "0123456789"


def iban(text: str) -> bool:
    """ISO 13616: country, length and mod 97 (python-stdnum, without the countries' inner check digits, which banks
    have been seen to break)."""
    compact = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    try:
        return bool(stdnum_iban.is_valid(compact, check_country=False))
    except Exception:  # noqa: BLE001 - a check never raises; what it cannot read is not valid
        return False


def ip_address(text: str) -> bool:
    """An IPv4 or IPv6 address that can belong to somebody: not loopback, unspecified or a netmask."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 4:
        return not (address.is_loopback or address.is_unspecified or int(address) >> 24 == 255)
    groups = [group for group in text.split(":") if group]
    return not address.is_loopback and (len(groups) > 2 or len(groups[:1] and groups[0]) == 4)


def jwt_head(text: str) -> bool:
    """The first 16 characters of a JWS or JWE compact form (RFC 7515, 7516): base64url of `{"` and a header name."""
    try:
        decoded = base64.urlsafe_b64decode(text[:16])
    except (binascii.Error, ValueError):
        return False
    return re.match(rb'\{\s*"(?:alg|typ|kid|enc|cty|jku|jwk|x5|zip|crit|epk|apu|apv|iss|ver)', decoded) is not None


CHECKSUMS: dict[str, Checksum] = {
    "luhn": luhn,
    "email": email,
    "email_spelled": email_spelled,
    "card": card,
    "us_ssn": us_ssn,
    "us_ssn_shape": us_ssn_shape,
    "us_ssn_spaced": us_ssn_spaced,
    "iban": iban,
    "ip_address": ip_address,
    "jwt_head": jwt_head,
}

WEAK = frozenset({"us_ssn", "us_ssn_shape", "us_ssn_spaced", "phone", "phone_groups", "phone_labelled"})
"""Checks that agree with most candidates of the right shape: what they pass is shaped, not validated."""

_STDNUM_PREFIX = "stdnum."


@cache
def table() -> dict[str, Checksum]:
    """All checks by name: those of this file and of every module `checks_*` beside it, which holds `CHECKSUMS` too."""
    found = dict(CHECKSUMS)
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("checks_"):
            found |= getattr(importlib.import_module(f"recognizers.{module.name}"), "CHECKSUMS", {})
    return found


def find(name: str) -> Checksum | None:
    """The check of that name: one of `CHECKSUMS`, or `stdnum.<module>` for a module of python-stdnum, such as
    `stdnum.de.idnr`. None when there is no such check."""
    if not name.startswith(_STDNUM_PREFIX):
        return table().get(name)
    try:
        is_valid = importlib.import_module(name).is_valid
    except (ImportError, AttributeError):
        return None

    def check(text: str) -> bool:
        # Some modules raise on odd input (cn.ric, pt.cc): what they cannot read is not valid.
        try:
            return bool(is_valid(text))
        except Exception:  # noqa: BLE001
            return False

    return check


LONGEST_VALID_END: dict[str, Callable[[str, int, int], int | None]] = {"card": card_end}
