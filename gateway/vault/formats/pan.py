"""Payment cards: first six and last four digits kept, Luhn-valid.

    4111 1111 1111 1111  ->  4111 11NN NNNN 1111

16 to 19 digits: by cipher. The last four have the check digit, so of the 10^m middles (m = length - 10, 6 to 9) that a
card with this BIN and last four could have, 10^(m-1) are Luhn-valid: 100,000 for 16 digits. The cipher permutes all
10^m (10^6, the least that it takes) and is walked until a Luhn-valid one comes (Black and Rogaway, CT-RSA 2002, "cycle
walking"): ten steps on average, and a permutation of the valid ones. The tweak has BIN, last four, tenant, scope and
version, so that the same middle under another BIN is another card.

What this does not give: 100,000 is below NIST's million whichever way it is done. Who can have chosen values tokenized
under one scope learns a card in at most 100,000 tries; rates and one scope per conversation stand against it. About one
value in 100,000 would be its own token: it gets the opaque one. A token may be the number of a stranger's card.

15 digits: by keyed hash and ledger: 10^5 middles, 10^4 of them valid, too few for the cipher. Two of n cards with one
BIN and last four share a token with probability n^2 / 20,000; the ledger gives both the long form. 14 digits and fewer,
and numbers that fail Luhn: no token of this format.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.vault.formats.luhn import luhn_sum, with_sum
from gateway.vault.formats.token_format import Reversal
from gateway.vault.formats.writing import digits, written_like
from gateway.vault.keys import TokenKeys

BIN, LAST = 6, 4
CIPHERED = range(16, 20)


class PanFormat:
    """Luhn-valid tokens of Luhn-valid cards."""

    name = "pan"
    entities = frozenset({"CREDIT_CARD"})
    chosen = False
    reversal = Reversal.CIPHER
    shape = None

    def canonical(self, value: str) -> str:
        return digits(value) or value

    def token(self, value: str, keys: TokenKeys) -> str | None:
        number = digits(value) or ""
        if luhn_sum(number or "1"):
            return None
        if len(number) in CIPHERED:
            token = walk(number, keys, keys.cipher_over().encrypt)
        elif len(number) == 15:
            token = _hashed(number, keys)
        else:
            return None
        return None if token == number else token

    def value(self, token: str, keys: TokenKeys) -> str | None:
        number = digits(token) or ""
        if len(number) not in CIPHERED or luhn_sum(number):
            return None
        return walk(number, keys, keys.cipher_over().decrypt)

    def surface(self, token: str, like: str) -> str:
        return written_like(token, like)


def walk(number: str, keys: TokenKeys, step: Callable[[str, bytes], str]) -> str:
    """The next number of the same Luhn sum, BIN and last four on the cipher's cycle. It comes back to `number` itself
    at the latest, so this ends."""
    first, middle, last = number[:BIN], number[BIN:-LAST], number[-LAST:]
    tweak = keys.tweak("pan", 1, first, last)
    wanted = luhn_sum(number)
    while True:
        middle = step(middle, tweak)
        found = first + middle + last
        if luhn_sum(found) == wanted:
            return found


def _hashed(number: str, keys: TokenKeys) -> str:
    first, last = number[:BIN], number[-LAST:]
    free = len(number) - BIN - LAST - 1
    middle = str(keys.below(10**free, "pan", number)).zfill(free)
    return with_sum(f"{first}{middle}0{last}", BIN + free, 0)


FORMAT = PanFormat()
