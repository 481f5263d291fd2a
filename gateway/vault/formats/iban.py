"""IBANs: country and bank kept, the account by cipher, the check digits right.

    DE89 3704 0044 0532 0130 00  ->  DE?? 3704 0044 NNNN NNNN NN

What follows the bank (and branch) code, national check digits included, is one numeral string of the cipher: 10^10 for
Germany, 10^8 for the United Kingdom, 10^6 at least, else the opaque token. The check digits are made anew (ISO 13616,
ISO/IEC 7064 MOD 97-10: 98 - n mod 97), so the token is a valid IBAN; check digits *inside* the account, that some
countries have, are not. It may be the account of a stranger. One value in 10^8 or so would be its own token and gets
the opaque one. Accounts with letters have no token of this format.
"""

from __future__ import annotations

from gateway.errors.vault import CipherMisuse, DomainTooSmall
from gateway.vault.formats.token_format import Reversal
from gateway.vault.formats.writing import alphanumerics, written_like
from gateway.vault.keys import TokenKeys

# Characters of bank and branch code after the check digits: SWIFT IBAN registry, release 99.
_BANK = {
    **dict.fromkeys(("BE", "EE", "FI", "LU", "SE"), 3),
    **dict.fromkeys(("CZ", "DK", "IS", "LV", "NL", "NO", "RO", "SK"), 4),
    **dict.fromkeys(("AT", "CH", "LI", "LT", "SI"), 5),
    **dict.fromkeys(("GR", "HR", "HU"), 7),
    **dict.fromkeys(("BG", "CY", "DE", "ES", "PL", "PT"), 8),
    "MT": 9,
    **dict.fromkeys(("FR", "GB", "IE", "MC"), 10),
    **dict.fromkeys(("IT", "SM"), 11),
}
_OTHERS = 4
_LONGEST = 34


class IbanFormat:
    """Valid IBANs of the same bank."""

    name = "iban"
    entities = frozenset({"IBAN_CODE"})
    chosen = False
    reversal = Reversal.CIPHER
    shape = None

    def canonical(self, value: str) -> str:
        return _iban(value) or value

    def token(self, value: str, keys: TokenKeys) -> str | None:
        iban = _iban(value)
        token = None if iban is None else _other(iban, keys, encrypt=True)
        return None if token == iban else token

    def value(self, token: str, keys: TokenKeys) -> str | None:
        iban = _iban(token)
        return None if iban is None else _other(iban, keys, encrypt=False)

    def surface(self, token: str, like: str) -> str:
        return written_like(token, like)


def check_digits(country: str, bban: str) -> str:
    """02 to 98, of a country and what follows the check digits."""
    return f"{98 - _remainder(bban + country + '00'):02}"


def _remainder(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text)) % 97


def _iban(value: str) -> str | None:
    """The IBAN in capitals without separators, or `None`: not one, or with check digits that nobody computes (00, 01,
    99)."""
    iban = alphanumerics(value).upper()
    if not (15 <= len(iban) <= _LONGEST and iban.isascii() and iban[:2].isalpha() and iban[2:4].isdigit()):
        return None
    return iban if check_digits(iban[:2], iban[4:]) == iban[2:4] else None


def _other(iban: str, keys: TokenKeys, *, encrypt: bool) -> str | None:
    country, bban = iban[:2], iban[4:]
    bank, account = bban[: _BANK.get(country, _OTHERS)], bban[_BANK.get(country, _OTHERS) :]
    if not account.isdigit():
        return None
    cipher, tweak = keys.cipher_over(), keys.tweak("iban", 1, country, bank, len(account))
    try:
        changed = cipher.encrypt(account, tweak) if encrypt else cipher.decrypt(account, tweak)
    except (DomainTooSmall, CipherMisuse):
        return None
    return country + check_digits(country, bank + changed) + bank + changed


FORMAT = IbanFormat()
