"""Checks by name for identifiers of the world and generic identifiers (see `checksums.py` for the contract).

A check gets the candidate's view text, separators and label included, answers yes or no, and never raises.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable
from datetime import date

Check = Callable[[str], bool]

_NO_DIGITS = re.compile(r"[^0-9]", re.ASCII)
_NO_ALNUM = re.compile(r"[^0-9A-Za-z]", re.ASCII)


def _digits(text: str) -> list[int]:
    return [int(char) for char in _NO_DIGITS.sub("", text)]


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1 annex B."""
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return bool(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _pairs(digits: list[int], at: int, count: int) -> list[int]:
    return [10 * digits[i] + digits[i + 1] for i in range(at, at + 2 * count, 2)]


def au_medicare(text: str) -> bool:
    """Medicare card number: first digit 2 to 6, ninth digit the weighted sum (1, 3, 7, 9 twice) modulo 10
    (Services Australia, METeOR 270101)."""
    digits = _digits(text)
    if len(digits) not in (10, 11) or not 2 <= digits[0] <= 6:
        return False
    return _weighted(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == digits[8]


def ca_health_card(text: str) -> bool:
    """Provincial health number of ten digits: Ontario's Luhn (OHIP technical specification), or British Columbia's PHN,
    9 and mod 11 (BC Ministry of Health, conformance standards volume 4B)."""
    digits = _digits(text)
    if len(digits) != 10:
        return False
    check = 11 - sum(d * w % 11 for d, w in zip(digits[1:9], (2, 4, 8, 5, 10, 9, 7, 3), strict=True)) % 11
    return _luhn(digits) or (digits[0] == 9 and check == digits[9])


_CN_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)


def cn_resident_id(text: str) -> bool:
    """GB 11643-1999: province of GB/T 2260, date of birth, ISO 7064 MOD 11-2. Counties come and go, so they are not
    looked up."""
    compact = _NO_ALNUM.sub("", text).upper()
    digits = _digits(compact[:17])
    if len(compact) != 18 or len(digits) != 17 or 10 * digits[0] + digits[1] not in _CN_PROVINCES:
        return False
    century, year, month, day = _pairs(digits, 6, 4)
    rest = sum(digit * pow(2, 17 - index, 11) for index, digit in enumerate(digits)) % 11
    return century in (18, 19, 20) and _date(100 * century + year, month, day) and "10X98765432"[rest] == compact[17]


def kr_rrn_shape(text: str) -> bool:
    """Resident registration number: date of birth and a digit for century and sex (Enforcement Rule of the Resident
    Registration Act, article 2). No check digit: it is random in numbers issued from October 2020 on."""
    digits = _digits(text)
    if len(digits) != 13:
        return False
    year, month, day = _pairs(digits, 0, 3)
    century = {9: 18, 0: 18, 1: 19, 2: 19, 5: 19, 6: 19}.get(digits[6], 20)
    return _date(100 * century + year, month, day)


_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""In the order of their codes, which begin with 10."""


def tw_national_id(text: str) -> bool:
    """National id or resident certificate of 2021: letter as two digits, weights 1, 9, 8 ... 1, 1, modulo 10
    (Ministry of the Interior)."""
    compact = _NO_ALNUM.sub("", text).upper()
    digits = _digits(compact[1:])
    if len(compact) != 10 or len(digits) != 9 or compact[0] not in _TW_LETTERS:
        return False
    code = 10 + _TW_LETTERS.index(compact[0])
    return _weighted([code // 10, code % 10, *digits], (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def hk_id(text: str) -> bool:
    """Hong Kong identity card: weights 9 to 1 with a blank as 36, letters from 10, `A` as check digit 10, modulo 11
    (Immigration Department)."""
    compact = _NO_ALNUM.sub("", text).upper()
    if re.fullmatch(r"[A-Z]{1,2}[0-9]{6}[0-9A]", compact, re.ASCII) is None:
        return False
    values = [36 if char == " " else int(char, 36) for char in compact.rjust(9)]
    return _weighted(values, (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


_SG_LETTERS = {"S": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}


def sg_nric(text: str) -> bool:
    """NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2, plus 4 for T and G, plus 3 for M, modulo 11 into a letter (common
    knowledge; ICA does not publish it)."""
    compact = _NO_ALNUM.sub("", text).upper()
    digits = _digits(compact[1:8])
    if len(compact) != 9 or len(digits) != 7 or compact[0] not in "STFGM":
        return False
    series = {"T": "S", "G": "F"}.get(compact[0], compact[0])
    total = _weighted(digits, (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(compact[0], 0)
    return _SG_LETTERS[series][total % 11] == compact[8]


def eg_national_id(text: str) -> bool:
    """Fourteen digits: century (2 or 3), date of birth, governorate (Civil Status Organization). The rule of the check
    digit is not published."""
    digits = _digits(text)
    if len(digits) != 14 or digits[0] not in (2, 3):
        return False
    year, month, day, governorate = _pairs(digits, 1, 4)
    return _date(100 * (17 + digits[0]) + year, month, day) and (1 <= governorate <= 35 or governorate == 88)


def ae_emirates_id(text: str) -> bool:
    """784 (ISO 3166-1), year of birth, seven digits, and one more; without separators it must agree with Luhn (ICP)."""
    digits = _digits(text)
    if len(digits) != 15 or digits[:3] != [7, 8, 4] or digits[3:5] not in ([1, 9], [2, 0]):
        return False
    return "-" in text or " " in text or _luhn(digits)


def sa_national_id(text: str) -> bool:
    """Ten digits: 1 for citizens, 2 for residents, Luhn (National Information Center)."""
    digits = _digits(text)
    return len(digits) == 10 and digits[0] in (1, 2) and _luhn(digits)


def ru_snils(text: str) -> bool:
    """Insurance number: weights 9 to 1, modulo 101, 100 counts as 00; checked from 001-001-998 on (Pension Fund of
    Russia)."""
    digits = _digits(text)
    if len(digits) != 11 or digits[:9] <= [0, 0, 1, 0, 0, 1, 9, 9, 8]:
        return False
    return _weighted(digits[:9], (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 101 % 100 == 10 * digits[9] + digits[10]


def vn_cccd(text: str) -> bool:
    """Citizen identity number: province 001 to 096, digit for century and sex, year of birth, six more (Circular
    59/2021/TT-BCA)."""
    digits = _digits(text)
    return len(digits) == 12 and 1 <= 100 * digits[0] + 10 * digits[1] + digits[2] <= 96 and digits[3] <= 3


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def base58check(text: str) -> bool:
    """21 or 22 bytes (version, 20-byte hash) and the first four of their double SHA-256: Bitcoin, Litecoin, Dogecoin,
    Dash, Tron, Zcash (Bitcoin wiki, 'Base58Check encoding')."""
    return _base58check(text, _BASE58)


def xrp_address(text: str) -> bool:
    """Label and XRP Ledger address: Base58Check in an alphabet of its own (xrpl.org, 'Base58 encodings')."""
    return _base58check(re.split(r"[^0-9A-Za-z]", text)[-1], _RIPPLE)


def _base58check(text: str, alphabet: str) -> bool:
    number = 0
    for char in text:
        index = alphabet.find(char)
        if index < 0:
            return False
        number = 58 * number + index
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    decoded = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    digest = hashlib.sha256(hashlib.sha256(decoded[:-4]).digest()).digest()
    return len(decoded) in (25, 26) and digest[:4] == decoded[-4:]


def bech32(text: str) -> bool:
    """Bech32 or bech32m with any human-readable part (BIP 173, BIP 350)."""
    if text != text.lower() and text != text.upper():
        return False
    part, _, data = text.lower().rpartition("1")
    values = [_BECH32.find(char) for char in data]
    if not part or len(values) < 7 or min(values) < 0:
        return False
    checksum = 1
    for value in [ord(c) >> 5 for c in part] + [0] + [ord(c) & 31 for c in part] + values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum in (1, 0x2BC830A3)


def base58_mixed(text: str) -> bool:
    """Base58 of random bytes: both cases and a digit, so no hex digest and no word."""
    return any(map(str.isupper, text)) and any(map(str.islower, text)) and any(map(str.isdigit, text))


def mac_address(text: str) -> bool:
    """EUI-48 or EUI-64 (IEEE 802): one separator throughout, not all zeros or ones, and with hyphens or dots at least
    one letter, because digits in such groups are dates and versions."""
    compact = _NO_ALNUM.sub("", text).upper()
    separators = set(text) - set("0123456789ABCDEFabcdef")
    if len(compact) not in (12, 16) or len(separators) != 1 or len(set(compact)) == 1:
        return False
    return ":" in separators or any(map(str.isalpha, compact))


_NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,16})?", re.ASCII)


def geo_pair(text: str) -> bool:
    """Latitude and longitude in degrees, in range. A pair below one degree each is a colour or a probability, except
    Null Island itself."""
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if len(numbers) != 2 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return False
    return max(map(abs, numbers)) >= 1 or numbers == [0, 0]


def geo_range(text: str) -> bool:
    """The number in the text is an angle of at most 180 degrees."""
    number = _NUMBER.search(text)
    return number is not None and abs(float(number.group())) <= 180


def geo_dms(text: str) -> bool:
    """Degrees at most 180, minutes and seconds below 60."""
    numbers = [float(number) for number in re.findall(r"[0-9]{1,3}(?:\.[0-9]{1,8})?", text, re.ASCII)]
    return bool(numbers) and numbers[0] <= 180 and all(number < 60 for number in numbers[1:])


def uuid(text: str) -> bool:
    """RFC 9562: not the nil or max UUID and not one character over and over."""
    return len(set(_NO_ALNUM.sub("", text))) > 3


def url_host(text: str) -> bool:
    """A URL of a host that can belong to somebody: not a loopback or unspecified address, not `localhost`."""
    authority = text.partition("://")[2]
    host = re.split(r"[/?#]", authority, maxsplit=1)[0].rpartition("@")[2]
    host = host.partition(":")[0].lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost" and "." in host
    return not (address.is_loopback or address.is_unspecified)


CHECKSUMS: dict[str, Check] = {
    "ae_emirates_id": ae_emirates_id,
    "au_medicare": au_medicare,
    "base58_mixed": base58_mixed,
    "base58check": base58check,
    "bech32": bech32,
    "ca_health_card": ca_health_card,
    "cn_resident_id": cn_resident_id,
    "eg_national_id": eg_national_id,
    "geo_dms": geo_dms,
    "geo_pair": geo_pair,
    "geo_range": geo_range,
    "hk_id": hk_id,
    "kr_rrn_shape": kr_rrn_shape,
    "mac_address": mac_address,
    "ru_snils": ru_snils,
    "sa_national_id": sa_national_id,
    "sg_nric": sg_nric,
    "tw_national_id": tw_national_id,
    "url_host": url_host,
    "uuid": uuid,
    "vn_cccd": vn_cccd,
    "xrp_address": xrp_address,
}
