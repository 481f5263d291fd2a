"""Payment cards with a mark: first six and last four digits kept, and never a valid card number.

The Luhn sum of a card is 0; that of its token is 1 + (version - 1) mod 9. A token is so never a real card, never equal
to its value, and tells by itself that it is one and under which of nine key versions it was made: no ledger is needed
to find it. It fails the checks of whatever validates card numbers, which is why it has to be chosen.

The maths is that of `pan.py` (10^(m-1) values, cycle walking), then the last digit of the middle is moved to give the
sum: a bijection between numbers of sum 0 and numbers of sum r.
"""

from __future__ import annotations

from gateway.vault.formats.luhn import luhn_sum, with_sum
from gateway.vault.formats.pan import CIPHERED, LAST, PanFormat, walk
from gateway.vault.formats.token_format import Reversal
from gateway.vault.formats.writing import digits
from gateway.vault.keys import TokenKeys


class MarkedPanFormat(PanFormat):
    """Tokens of a Luhn sum that no card has, of cards of 16 to 19 digits."""

    name = "pan_marked"
    chosen = True
    reversal = Reversal.CIPHER

    def token(self, value: str, keys: TokenKeys) -> str | None:
        number = digits(value) or ""
        if len(number) not in CIPHERED or luhn_sum(number):
            return None
        walked = walk(number, keys, keys.cipher_over().encrypt)
        return with_sum(walked, len(number) - LAST - 1, mark_of(keys.version))

    def value(self, token: str, keys: TokenKeys) -> str | None:
        number = digits(token) or ""
        if len(number) not in CIPHERED or luhn_sum(number) != mark_of(keys.version):
            return None
        walked = with_sum(number, len(number) - LAST - 1, 0)
        return walk(walked, keys, keys.cipher_over().decrypt)

    def is_token(self, number: str) -> bool:
        """Whether a number of 16 to 19 digits bears the mark of any version. One stray number in ten does not fail
        Luhn; nine in ten look marked: ask this only of numbers with a card's BIN, in place of a ledger."""
        found = digits(number) or ""
        return len(found) in CIPHERED and luhn_sum(found) != 0


def mark_of(version: int) -> int:
    """The Luhn sum that tokens of a key version have, 1 to 9."""
    return 1 + (version - 1) % 9


FORMAT = MarkedPanFormat()
