"""Telephone numbers: what a numbering plan knows, and what is grouped like one."""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers

PHONE_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "AU")
"""Regions whose national forms are tried when a number has no country code."""

_NO_DIGITS = re.compile(r"[^0-9]", re.ASCII)
_EXTENSION = re.compile(r"\D{0,3}(?:x|ext\.?|extension) ?\d{1,6}\Z", re.ASCII | re.IGNORECASE)
_CALENDAR = re.compile(
    r"\(?(?:(?:1[6-9]|20)\d\d([-./ ])[01]?\d\1[0-3]?\d|[0-3]?\d([-./ ])[0-3]?\d\2(?:(?:1[6-9]|20)\d\d|\d\d)"
    r"|(?:1[6-9]|20)\d\d ?[-/] ?(?:1[6-9]|20)\d\d|(?:1[6-9]|20)\d\d[-./ ][01]\d)(?!\d)\)?"
)
_ISO_DATE = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
_DECIMAL = re.compile(r"\d{1,3}\.\d{1,20}")


def phone(text: str) -> bool:
    """A number that its numbering plan knows (Google's libphonenumber data): by country code where it has one, else in
    one of `PHONE_REGIONS`."""
    international = text.lstrip("(").startswith("+")
    if text.startswith("00"):
        text, international = "+" + text[2:], True
    if not international and (_ISO_DATE.match(text) or _CALENDAR.fullmatch(text) or _DECIMAL.fullmatch(text)):
        return False
    for region in (None,) if international else PHONE_REGIONS:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (international and phonenumbers.is_possible_number(number)):
            return True
    return False


_NO_PHONE_GROUPS = frozenset({(3, 2, 4), (5, 4), (4, 4, 4), (3, 3, 1), (5, 2), (5, 1)})
"""Groups of a Social Security number, a ZIP code, an Aadhaar number."""
_GROUPS_MAX = 6


def phone_groups(text: str) -> bool:
    """Digits in groups as telephone numbers have them, in any country: 7 to 13 digits, or three pairs; no date, no
    span of years, no decimal or thousands, no list of numbers."""
    plain = _EXTENSION.sub("", text)
    runs = re.findall(r"\d+", plain, re.ASCII)
    groups, digits = tuple(map(len, runs)), "".join(runs)
    separators = set(re.findall(r"(?<=\d)[^\d()]+(?=\d)", plain, re.ASCII))
    if not 2 <= len(groups) <= _GROUPS_MAX or groups in _NO_PHONE_GROUPS or _CALENDAR.fullmatch(plain):
        return False
    if len(set(digits)) < 2 or plain.count("(") != plain.count(")"):
        return False
    if max(groups) > (10 if plain[0] == "(" else 8) or (min(groups[1:]) < 2 and digits[0] != "0"):
        return False
    if len(digits) == 6:
        return groups == (2, 2, 2)
    thousands = groups[0] < 3 and set(groups[1:]) == {3} and separators in ({" "}, {"."})
    decimal = len(groups) == 2 and separators & {"."} != set()
    return 7 <= len(digits) <= 13 and len(separators) <= 3 and not thousands and not decimal


def phone_labelled(text: str) -> bool:
    """Digits with a label behind them: `0911 12 34 56 (office)`."""
    plain = re.sub(r"[^0-9]+\Z", "", text, flags=re.ASCII)
    return 7 <= len(_NO_DIGITS.sub("", plain)) <= 13 or phone_groups(plain)


CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "phone": phone,
    "phone_groups": phone_groups,
    "phone_labelled": phone_labelled,
}
