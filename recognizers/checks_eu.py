"""Checks of European identifiers that python-stdnum lacks, or judges more strictly than their issuers do.

Names stand in `CHECKSUMS`, for `checksums.find`. As there: each gets the candidate with its separators, is pure, and
never raises.
"""

from __future__ import annotations

import datetime as dt
import importlib
import re
from collections.abc import Callable

from stdnum import luhn, verhoeff

_SEPARATORS = re.compile(r"[^A-Za-z0-9]", re.ASCII)
_MRZ_WEIGHTS = (7, 3, 1)
_MRZ_LINE = re.compile(r"[A-Z0-9<]{30}", re.ASCII)
_US_STATES = (
    " AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI AA AE AP "
)
_EHIC_COUNTRIES = (
    " 040 056 100 191 196 203 208 233 246 250 276 300 348 352 372 380 428 438 440 442 470 528 578 616 620 642 703 705 "
    "724 752 756 826 "
)
"""ISO 3166-1 numeric: the European Economic Area, Switzerland, the United Kingdom."""


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def _stdnum(module: str, text: str) -> bool:
    """The verdict of a module of python-stdnum on the text without separators; odd input is not valid."""
    try:
        return bool(importlib.import_module(f"stdnum.{module}").is_valid(_compact(text)))
    except Exception:  # noqa: BLE001 - a check never raises; what it cannot read is not valid
        return False


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _letter(char: str) -> str:
    """A letter as its place in the alphabet, two digits."""
    return f"{ord(char) - 64:02}"


def _cross_sum(digits: str, weights: tuple[int, ...]) -> int:
    """Sum of the decimal digits of each product."""
    return sum(sum(divmod(int(d) * w, 10)) for d, w in zip(digits, weights, strict=True))


def address_code(text: str) -> bool:
    """An address that ends in a state of the USA and a ZIP code (USPS Publication 28, appendix B), or in a UK postcode
    (the shape alone)."""
    state = re.search(r"([A-Z]{2}),? \d{5}(?:-\d{4})?\Z", text, re.ASCII)
    if state is not None:
        return f" {state.group(1)} " in _US_STATES
    return re.search(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\Z", text, re.ASCII) is not None


def at_vnr(text: str) -> bool:
    """Austrian insurance number: check digit (ASVG section 31, Dachverband der Sozialversicherungsträger) and the birth
    date; months 13 to 15 are used when a day's serial numbers run out."""
    digits = _compact(text)
    return _stdnum("at.vnr", text) and 1 <= int(digits[4:6]) <= 31 and 1 <= int(digits[6:8]) <= 15


def be_nn(text: str) -> bool:
    """Belgian national number or bis number: modulus 97 (royal decree of 3 April 1984), and not all zeros."""
    return len(set(_compact(text))) > 2 and (_stdnum("be.nn", text) or _stdnum("be.bis", text))


def de_rvnr(text: str) -> bool:
    """German pension insurance number: birth date and check digit (VKVV section 2 and annex). Days may be raised when
    a day's serial numbers run out."""
    number = _compact(text)
    if not re.fullmatch(r"\d{8}[A-Z]\d{3}", number, re.ASCII):
        return False
    digits = number[:8] + _letter(number[8]) + number[9:11]
    total = _cross_sum(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))
    return 0 <= int(number[4:6]) <= 12 and total % 10 == int(number[11])


def de_kvnr(text: str) -> bool:
    """The part of the German health insurance number that stays for life: check digit of section 290 SGB V."""
    number = _compact(text)
    if not re.fullmatch(r"[A-Z]\d{9}", number, re.ASCII):
        return False
    return _cross_sum(_letter(number[0]) + number[1:9], (1, 2) * 5) % 10 == int(number[9])


def es_nuss(text: str) -> bool:
    """Spanish social security number: province, and modulus 97 (TGSS, resolution of the numbering of 1996)."""
    digits = _compact(text)
    if len(digits) != 12 or not digits.isdigit() or not (1 <= int(digits[:2]) <= 53 or digits[:2] == "66"):
        return False
    province, serial = int(digits[:2]), int(digits[2:10])
    return (province * (10**7 if serial < 10**7 else 10**8) + serial) % 97 == int(digits[10:])


def es_nif(text: str) -> bool:
    """Spanish identity number with its letter (modulus 23, royal decree 1553/2005), dots and hyphens or not."""
    return _stdnum("es.nif", text)


def eu_ehic(text: str) -> bool:
    """A card of a health insurance scheme (80) of a country that issues the European card (decision S2)."""
    digits = _compact(text)
    return len(digits) == 20 and digits[:2] == "80" and f" {digits[2:5]} " in _EHIC_COUNTRIES


def eu_vat(text: str) -> bool:
    """VAT number by the rule of the country that its prefix names (VIES), not all zeros."""
    number = _compact(text)
    return len(set(number[2:])) > 1 and _stdnum("eu.vat", number)


def fi_hetu(text: str) -> bool:
    """Finnish personal identity code: date and control character modulus 31, also temporary ones (Digital and
    Population Data Services Agency)."""
    match = re.fullmatch(r"(\d\d)(\d\d)(\d\d)([-+A-FU-Y])(\d{3})([0-9A-Y])", text, re.ASCII)
    if match is None:
        return False
    day, month, year, sign, serial, control = match.groups()
    century = 1800 if sign == "+" else 1900 if sign in "-UVWXY" else 2000
    expected = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(day + month + year + serial) % 31]
    return _is_date(century + int(year), int(month), int(day)) and int(serial) >= 2 and control == expected


def fr_nir(text: str) -> bool:
    """French social security number: month and key modulus 97 (INSEE; code de la sécurité sociale R115-1)."""
    number = _compact(text)
    month = number[3:5]
    return month.isdigit() and (1 <= int(month) <= 12 or int(month) >= 20) and _stdnum("fr.nir", number)


def hu_tax(text: str) -> bool:
    """Hungarian personal tax number: 8, days since 1867-01-01, serial, modulus 11 (act CL of 2017, annex 1)."""
    digits = _compact(text)
    if not re.fullmatch(r"8\d{9}", digits, re.ASCII):
        return False
    return sum(int(d) * i for i, d in enumerate(digits[:9], 1)) % 11 == int(digits[9])


def hu_taj(text: str) -> bool:
    """Hungarian social insurance number (TAJ): weights 3 and 7, modulus 10 (act XX of 1996, annex)."""
    digits = _compact(text)
    if not re.fullmatch(r"\d{9}", digits, re.ASCII) or digits == "000000000":
        return False
    return sum(int(d) * (7 if i & 1 else 3) for i, d in enumerate(digits[:8])) % 10 == int(digits[8])


def hu_personal(text: str) -> bool:
    """Hungarian personal number: sex and century, birth date, serial, modulus 11; the weights run upwards up to 1996
    and downwards from 1997 on (act XX of 1996, annex)."""
    digits = _compact(text)
    if not re.fullmatch(r"[1-8]\d{10}", digits, re.ASCII):
        return False
    year = int(digits[1:3]) + (1900 if digits[0] in "1256" else 2000 if digits[0] in "34" else 1800)
    weights = range(1, 11) if year < 1997 else range(10, 0, -1)
    control = sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 11
    return _is_date(year, int(digits[3:5]), int(digits[5:7])) and control == int(digits[10])


def lu_nin(text: str) -> bool:
    """Luxembourg national identification number: birth date, a Luhn and a Verhoeff digit, both over the first eleven
    (grand-ducal regulation of 21 December 2012)."""
    digits = _compact(text)
    if not re.fullmatch(r"\d{13}", digits, re.ASCII) or not _is_date(
        max(int(digits[:4]), 1), int(digits[4:6]), int(digits[6:8])
    ):
        return False
    return bool(luhn.is_valid(digits[:12]) and verhoeff.is_valid(digits[:11] + digits[12]))


def pl_id_card(text: str) -> bool:
    """Polish identity card: three letters and six digits, the first of which is the check digit (weights 7 3 1)."""
    number = _compact(text)
    if not re.fullmatch(r"[A-Z]{3}\d{6}", number, re.ASCII):
        return False
    values = [ord(c) - 55 if c.isalpha() else int(c) for c in number]
    return sum(v * w for v, w in zip(values, (7, 3, 1, 9, 7, 3, 1, 7, 3), strict=True)) % 10 == 0


def se_personnummer(text: str) -> bool:
    """Swedish personal identity number or coordination number (day plus 60): date and Luhn (folkbokföringslagen
    1991:481 section 18)."""
    digits = _compact(text)
    if len(digits) not in (10, 12) or not digits.isdigit():
        return False
    century = int(digits[:-10] or "20")
    year, month, day = century * 100 + int(digits[-10:-8]), int(digits[-8:-6]), int(digits[-6:-4])
    return _is_date(year, month, day - 60 if day > 60 else day) and bool(luhn.is_valid(digits[-10:]))


def _icao_digit(field: str) -> str:
    """Check digit of ICAO Doc 9303 part 3 section 4.9: weights 7 3 1, A is 10, `<` is 0."""
    values = (0 if char == "<" else int(char, 36) for char in field)
    return str(sum(value * _MRZ_WEIGHTS[i % 3] for i, value in enumerate(values)) % 10)


def de_document(text: str) -> bool:
    """German identity card or passport number of nine characters with its check digit (ICAO Doc 9303; alphabet of
    annex 11 PassV). All letters or all digits is no such number."""
    number = _compact(text)
    if not re.fullmatch(r"[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d", number, re.ASCII):
        return False
    return any(c.isdigit() for c in number[1:9]) and _icao_digit(number[:9]) == number[9]


def _lines(text: str, width: int) -> list[str]:
    """The lines of a machine readable zone, or `[]` when one of them has another width."""
    lines = [line for line in re.split(r"[^A-Z0-9<]+", text.replace("\\n", "\n")) if line]
    return lines if all(len(line) == width for line in lines) else []


def _agree(line: str, *fields: tuple[int, int]) -> bool:
    """Whether each field is followed by its check digit; an empty one may have `<` for it."""
    return all(
        line[end] == _icao_digit(line[start:end]) or (line[end] == "<" and not line[start:end].strip("<"))
        for start, end in fields
    )


def mrz_td3(text: str) -> bool:
    """Passport, ICAO Doc 9303 part 4 section 4.2: both lines of 44, or the lower one; all check digits."""
    lines = _lines(text, 44)
    if not lines:
        return False
    low = lines[-1]
    return (
        _agree(low, (0, 9), (13, 19), (21, 27), (28, 42)) and _icao_digit(low[:10] + low[13:20] + low[21:43]) == low[43]
    )


def mrz_td2(text: str) -> bool:
    """Identity card of two lines of 36 or the lower one, ICAO Doc 9303 part 6 section 4.2, or the French card of 1988
    to 2021; all check digits."""
    lines = _lines(text, 36)
    if not lines:
        return False
    low = lines[-1]
    if _agree(low, (0, 9), (13, 19), (21, 27)):
        return _icao_digit(low[:10] + low[13:20] + low[21:35]) == low[35]
    return len(lines) == 2 and _agree(low, (0, 12), (27, 33)) and _icao_digit(lines[0] + low[:35]) == low[35]


def mrz_td1(text: str) -> bool:
    """Identity card of three lines of 30, ICAO Doc 9303 part 5 section 4.2; all check digits."""
    lines = _lines(text, 30)
    if len(lines) != 3 or not _agree(lines[1], (0, 6), (8, 14)):
        return False
    top, middle, _ = lines
    number = top[14] == "<" or _agree(top, (5, 14))
    return number and _icao_digit(top[5:] + middle[:7] + middle[8:15] + middle[18:29]) == middle[29]


def mrz_td1_top(text: str) -> bool:
    """First line of a card of three lines: document number with its check digit, filled up with `<`."""
    return _MRZ_LINE.fullmatch(text) is not None and "<" in text and _agree(text, (5, 14))


def mrz_td1_middle(text: str) -> bool:
    """Second line of a card of three lines: birth and expiry dates with their check digits."""
    return _MRZ_LINE.fullmatch(text) is not None and _agree(text, (0, 6), (8, 14))


def mrz_td3_names(text: str) -> bool:
    """First line of a passport: type, state, names; 44 characters."""
    return len(text) == 44 and re.fullmatch(r"P[A-Z<](?:[A-Z]{3}|D<<)[A-Z]+(?:<[A-Z]+)*<<[A-Z<]*", text) is not None


def mrz_td1_names(text: str) -> bool:
    """Last line of a card of three lines: names, filled up to 30 characters."""
    return len(text) == 30 and re.fullmatch(r"[A-Z]+(?:<[A-Z]+)*<<[A-Z<]*<", text) is not None


_CHECKS: tuple[Callable[[str], bool], ...] = (
    address_code, at_vnr, be_nn, de_document, de_kvnr, de_rvnr, es_nif, es_nuss, eu_ehic, eu_vat, fi_hetu, fr_nir,
    hu_personal, hu_taj, hu_tax, lu_nin, mrz_td1, mrz_td1_middle, mrz_td1_names, mrz_td1_top, mrz_td2, mrz_td3,
    mrz_td3_names, pl_id_card, se_personnummer,
)  # fmt: skip
CHECKSUMS = {check.__name__: check for check in _CHECKS}
