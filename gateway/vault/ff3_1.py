"""FF3-1 format-preserving encryption: SP 800-38G Rev. 1 (first draft, February 2019), algorithms 9 and 10.

An eight-round Feistel network on AES with a tweak of 56 bits. NIST's second draft of Rev. 1 (February 2025) drops FF3
and FF3-1 and keeps FF1, because of Beyne, "Linear Cryptanalysis of FF3-1 and FEA" (CRYPTO 2021): with halves of 10^3,
that is six digits, 2^23 encryptions under one key tell it from a random permutation. `ff1.py` is the alternative.

Both halves are held as numbers through all rounds. The standard reverses every numeral string and every block (REV,
REVB); reversed for good, they are little-endian, and no reversal is left in the loop.
"""

from __future__ import annotations

from math import floor, log2

from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from gateway.errors.vault import CipherMisuse
from gateway.vault.numerals import DIGITS, Alphabet

TWEAK_BYTES = 7
_ROUNDS = 8
_TWEAKS = 4096
"""Tweaks whose round constants are kept. A tweak per value must not grow without end."""


class FF31:
    """One key and one alphabet. Safe to share by threads: an update of one block never gives up the GIL.

    Args:
        key: 16, 24 or 32 bytes of AES key. The caller may wipe it afterwards.
        alphabet: 2 to 256 characters, each once.

    Raises:
        CipherMisuse: a key of another length, an alphabet with a character twice.
    """

    def __init__(self, key: bytes | bytearray, alphabet: str = DIGITS) -> None:
        if len(key) not in {16, 24, 32}:
            raise CipherMisuse
        reversed_key = bytearray(key)
        reversed_key.reverse()  # in place: a slice would leave a copy
        # One block at a time is what the standard asks for: the Feistel network is the mode.
        self._block = BlockCipher(AES(reversed_key), ECB()).encryptor().update  # noqa: S305
        reversed_key[:] = bytes(len(reversed_key))
        self._alphabet = Alphabet(alphabet)
        self._tails: dict[bytes, tuple[int, ...]] = {}
        self.alphabet = alphabet
        # Each half must fit in 96 bits.
        self.longest = 2 * floor(96 / log2(self._alphabet.radix))

    def __repr__(self) -> str:
        return f"FF31(radix={self._alphabet.radix})"

    def encrypt(self, text: str, tweak: bytes) -> str:
        """Encrypts a numeral string; see `Cipher.encrypt`. `tweak` is 7 bytes: an 8-byte one would be broken FF3."""
        self._alphabet.check(text, self.longest)
        number, block, integer = self._alphabet.number, self._block, int.from_bytes
        v = len(text) // 2
        u = len(text) - v
        # a = NUM(REV(A)), b = NUM(REV(B)); round i adds to a modulo radix^m, m = u in even rounds and v in odd ones.
        a, b = number(text[:u][::-1]), number(text[u:][::-1])
        modulus, other = self._alphabet.radix**u, self._alphabet.radix**v
        for tail in self._tails.get(tweak) or self._expand(tweak):
            y = integer(block((tail | b).to_bytes(16, "little")), "little")
            a, b = b, (a + y) % modulus
            modulus, other = other, modulus
        string = self._alphabet.string
        return string(a, u)[::-1] + string(b, v)[::-1]

    def decrypt(self, text: str, tweak: bytes) -> str:
        """The inverse of `encrypt`."""
        self._alphabet.check(text, self.longest)
        number, block, integer = self._alphabet.number, self._block, int.from_bytes
        v = len(text) // 2
        u = len(text) - v
        a, b = number(text[:u][::-1]), number(text[u:][::-1])
        other, modulus = self._alphabet.radix**u, self._alphabet.radix**v
        for tail in reversed(self._tails.get(tweak) or self._expand(tweak)):
            y = integer(block((tail | a).to_bytes(16, "little")), "little")
            a, b = (b - y) % modulus, a
            modulus, other = other, modulus
        string = self._alphabet.string
        return string(a, u)[::-1] + string(b, v)[::-1]

    def _expand(self, tweak: bytes) -> tuple[int, ...]:
        """Each round's W xor [i]^4 as the top four bytes of a little-endian block; W is T_R in even rounds, else
        T_L."""
        if len(tweak) != TWEAK_BYTES:
            raise CipherMisuse
        # T_L = T[0..27] || 0^4, T_R = T[32..55] || T[28..31] || 0^4.
        left = int.from_bytes(tweak[:4], "big") & 0xFFFFFFF0
        right = int.from_bytes(tweak[4:], "big") << 8 | (tweak[3] & 0x0F) << 4
        tails = tuple(((left if i & 1 else right) ^ i) << 96 for i in range(_ROUNDS))
        if len(self._tails) >= _TWEAKS:
            self._tails.clear()
        self._tails[tweak] = tails
        return tails
