"""Random values of each format, made apart from the code under test (its check digits by `python-stdnum`)."""

from __future__ import annotations

import random
from collections.abc import Callable

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from gateway.vault.keys import CipherName, TenantRoot, TokenKeys

ROOT = bytes(range(32))
BANKS = {"DE": "37040044", "GB": "WEST123456", "NO": "8601", "FR": "2004101005", "ES": "21000418", "XX": "0001"}
ACCOUNTS = {"DE": 10, "GB": 8, "NO": 7, "FR": 13, "ES": 12, "XX": 20}


def keys(cipher: CipherName = CipherName.FF3_1, *, version: int = 1, scope: str = "c1", tenant: str = "t") -> TokenKeys:
    return TokenKeys(TenantRoot(ROOT, tenant, version), cipher=cipher, scope=scope)


def numerals(chance: random.Random, length: int) -> str:
    return "".join(chance.choices("0123456789", k=length))


def pan(chance: random.Random, lengths: tuple[int, ...] = (16, 17, 18, 19)) -> str:
    number = chance.choice("3456") + numerals(chance, chance.choice(lengths) - 2)
    return number + luhn.calc_check_digit(number)


def ssn(chance: random.Random) -> str:
    area = chance.choice([n for n in range(1, 900) if n != 666])
    return f"{area:03}-{chance.randint(1, 99):02}-{chance.randint(1, 9999):04}"


def email(chance: random.Random) -> str:
    local = "".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEF0123456789._+-", k=chance.randint(1, 30)))
    return f"{local}@{chance.choice(('example.com', 'Mail.Example.org', 'a.example'))}"


def phone(chance: random.Random) -> str:
    area = f"{chance.choice((212, 415, 650, 903))}"
    digits = numerals(chance, 9)
    return chance.choice(
        (
            f"+1 {area}-{chance.randint(200, 999)}-{digits[:4]}",
            f"({area}) {chance.randint(200, 999)}-{digits[:4]}",
            f"+44 20 {digits[:4]} {digits[4:8]}",
            f"07{chance.choice('45789')}{digits[:2]} {digits[2:8]}",
            f"+33 {chance.randint(1, 7)} {digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:8]}",
            f"+49 30 {digits[:7]}",
            f"+61 2 {digits[:4]} {digits[4:8]}",
        )
    )


def iban(chance: random.Random) -> str:
    country = chance.choice(tuple(BANKS))
    bban = BANKS[country] + numerals(chance, ACCOUNTS[country])
    return country + mod_97_10.calc_check_digits(bban + country) + bban


def record_number(chance: random.Random) -> str:
    shape = chance.choice(("999999", "AAA-9999999", "A9A9A9", "aaAA99-9", "99999999999", "MRN9999999AA"))
    kinds = {"9": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz"}
    return "".join(chance.choice(kinds.get(kind, kind)) for kind in shape)


def date(chance: random.Random) -> str:
    year, month, day = chance.randint(1920, 2030), chance.randint(1, 12), chance.randint(1, 28)
    return chance.choice((f"{year}-{month:02}-{day:02}", f"{day} March {year}", f"June {day}, {year}"))


SAMPLES: dict[str, Callable[[random.Random], str]] = {
    "pan": pan,
    "pan_marked": pan,
    "us_ssn": ssn,
    "email": email,
    "email_mapped": email,
    "phone": phone,
    "iban": iban,
    "record_number": record_number,
    "date_shift": date,
}
