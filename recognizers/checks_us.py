"""Checks of United States, health and payment-card identifiers, by name; `CHECKSUMS` is what `checksums.find` reads.

Each check gets the candidate's view text, separators included. It is pure and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_NO_DIGITS = re.compile(r"[^0-9]", re.ASCII)
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", text)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        total += _LUHN_DOUBLED[int(char)] if index & 1 else int(char)
    return total % 10 == 0


def us_itin(text: str) -> bool:
    """An individual taxpayer number: 9XX, then a group of 50-65, 70-88, 90-92 or 94-99 (IRS Publication 1915; the IRM
    3.21.263 gives the groups; python-stdnum does not know those from 50 on)."""
    digits = _digits(text)
    if len(digits) != 9 or digits[0] != "9":
        return False
    group = int(digits[3:5])
    return 50 <= group <= 65 or (70 <= group <= 99 and group not in (89, 93))


def us_aba(text: str) -> bool:
    """A routing transit number: nine digits, weights 3-7-1 modulo 10, first two digits of a Federal Reserve district,
    thrift or the Treasury (ABA Key to Routing Numbers; 12 CFR 229 appendix A)."""
    digits = _digits(text)
    if len(digits) != 9:
        return False
    prefix = int(digits[:2])
    if not (prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80):
        return False
    return sum(int(char) * weight for char, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0


def us_npi(text: str) -> bool:
    """A national provider identifier, ten digits with or without the card issuer prefix 80840, that begins with 1 or 2:
    Luhn over prefix and number (45 CFR 162.406; CMS, 'Requirements for NPI check digit')."""
    digits = _digits(text)
    if len(digits) == 15 and digits.startswith("80840"):
        digits = digits[5:]
    return len(digits) == 10 and digits[0] in "12" and _luhn("80840" + digits)


def dea(text: str) -> bool:
    """A registration number of the Drug Enforcement Administration: the last digit is that of d1 + d3 + d5 +
    2 (d2 + d4 + d6) (21 CFR 1301; DEA Diversion Control, 'DEA registration validation')."""
    digits = _digits(text)
    if len(digits) != 8 and len(digits) != 7:
        return False
    d = [int(char) for char in digits[-7:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6] and len(set(d)) > 1


_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(text: str) -> bool:
    """A vehicle identification number: 17 characters without I, O and Q, a letter among them, check digit in the ninth
    place (49 CFR 565.15(c) and table V; ISO 3779)."""
    chars = text.upper()
    if len(chars) != 17 or chars.isdigit():
        return False
    total = 0
    for char, weight in zip(chars, _VIN_WEIGHTS, strict=True):
        value = _VIN_VALUES.get(char, char)
        if not "0" <= value <= "9":
            return False
        total += int(value) * weight
    return chars[8] == "0123456789X"[total % 11]


def gtin(text: str) -> bool:
    """A trade item number: the last 8, 12, 13 or 14 digits, weights 3-1 modulo 10 (GS1 General Specifications 7.9). Of
    a text that begins with the application identifier (01), the 14 digits after it."""
    digits = _digits(text)
    if text.startswith("(01)"):
        digits = digits[2:16]
    if len(digits) not in (8, 12, 13, 14) or len(set(digits)) == 1:
        return False
    return sum(int(char) * (3 if index & 1 else 1) for index, char in enumerate(reversed(digits))) % 10 == 0


_HICN = re.compile(r"(?:[A-Z]{1,3}-?)?([0-9]{3})[- ]?([0-9]{2})[- ]?([0-9]{4})(?:-?[A-Z][A-Z0-9]?)?", re.ASCII)
_HICN_BEFORE_1964 = re.compile(r"[A-Z]{1,3}-?[0-9]{6}", re.ASCII)


def us_hicn(text: str) -> bool:
    """A Medicare claim number of the time before 2020: a Social Security number and a beneficiary code (SSA POMS
    GN 01050.005; 20 CFR 422.103 for the number), or a Railroad Retirement prefix and one (or, before 1964, six
    digits)."""
    chars = text.upper()
    if _HICN_BEFORE_1964.fullmatch(chars):
        return True
    match = _HICN.fullmatch(chars)
    return match is not None and match[1] not in ("000", "666") and match[2] != "00" and match[3] != "0000"


_ZIP_PREFIXES = {
    "Alabama|AL": "350-369", "Alaska|AK": "995-999", "Arizona|AZ": "850-865", "Arkansas|AR": "716-729 755",
    "California|CA": "900-961", "Colorado|CO": "800-816", "Connecticut|CT": "060-069", "Delaware|DE": "197-199",
    "DC": "200-205 569", "Florida|FL": "320-349", "Georgia|GA": "300-319 398-399", "Hawaii|HI": "967-968",
    "Idaho|ID": "832-838", "Illinois|IL": "600-629", "Indiana|IN": "460-479", "Iowa|IA": "500-528",
    "Kansas|KS": "660-679", "Kentucky|KY": "400-427", "Louisiana|LA": "700-714", "Maine|ME": "039-049",
    "Maryland|MD": "206-219", "Massachusetts|MA": "010-027 055", "Michigan|MI": "480-499", "Minnesota|MN": "550-567",
    "Mississippi|MS": "386-397", "Missouri|MO": "630-658", "Montana|MT": "590-599", "Nebraska|NE": "680-693",
    "Nevada|NV": "889-898", "New Hampshire|NH": "030-038", "New Jersey|NJ": "070-089", "New Mexico|NM": "870-884",
    "New York|NY": "005 063 100-149", "North Carolina|NC": "270-289", "North Dakota|ND": "580-588",
    "Ohio|OH": "430-459", "Oklahoma|OK": "730-749", "Oregon|OR": "970-979", "Pennsylvania|PA": "150-196",
    "Rhode Island|RI": "028-029", "South Carolina|SC": "290-299", "South Dakota|SD": "570-577",
    "Tennessee|TN": "370-385", "Texas|TX": "733 750-799 885", "Utah|UT": "840-847", "Vermont|VT": "050-059",
    "Virginia|VA": "201 220-246", "Washington|WA": "980-994", "West Virginia|WV": "247-268",
    "Wisconsin|WI": "530-549", "Wyoming|WY": "820-831", "PR": "006-007 009", "VI": "008", "GU": "969", "AS": "967",
    "MP": "969", "AA": "340", "AE": "090-098", "AP": "962-966",
}  # fmt: skip
_ZIP_AREAS = {
    state: frozenset(
        f"{area:03}"
        for low, _, high in (part.partition("-") for part in ranges.split())
        for area in range(int(low), int(high or low) + 1)
    )
    for states, ranges in _ZIP_PREFIXES.items()
    for state in states.split("|")
}
_STATE_ZIP = re.compile(r"([A-Z][A-Za-z ]{1,13})[, ]{1,2}([0-9]{3})[0-9]{2}(?:-[0-9]{4})?", re.ASCII)


def us_state_zip(text: str) -> bool:
    """A state, by code or name, and a ZIP code of that state: the first three digits are among the state's (USPS
    Domestic Mail Manual, labelling list L002)."""
    match = _STATE_ZIP.fullmatch(text)
    return match is not None and match[2] in _ZIP_AREAS.get(match[1].strip(), ())


_TRACK_PAN = re.compile(r"[%;]?B?([0-9]{12,19})[\^=D]", re.ASCII | re.IGNORECASE)
_TRACK_TWO_END = re.compile(r"[=D]([0-9]{2})([0-9]{2})", re.ASCII | re.IGNORECASE)


def card_track(text: str) -> bool:
    """The head of magnetic stripe data: a card number that obeys Luhn, and in track 2 an expiry date with a month from
    01 to 12 (ISO/IEC 7813 sections 6 and 7)."""
    match = _TRACK_PAN.match(text)
    if match is None or len(set(match[1])) == 1 or not _luhn(match[1]):
        return False
    date = _TRACK_TWO_END.search(text, match.end() - 1)
    return date is None or 1 <= int(date[2]) <= 12


CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "us_itin": us_itin,
    "us_aba": us_aba,
    "us_npi": us_npi,
    "dea": dea,
    "vin": vin,
    "gtin": gtin,
    "us_hicn": us_hicn,
    "us_state_zip": us_state_zip,
    "card_track": card_track,
}
