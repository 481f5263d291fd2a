"""Numeral strings: what FF1 and FF3-1 have in common (SP 800-38G section 4).

A *numeral* is a character of an alphabet; its value is its index. The *radix* is the size of the alphabet, 2 to 256
here. The most significant numeral comes first.
"""

from __future__ import annotations

from typing import Protocol

from gateway.errors.vault import CipherMisuse, DomainTooSmall

MINIMUM_DOMAIN = 10**6
"""Values that must share a form before a cipher is used on it: a requirement of SP 800-38G Rev. 1, second draft,
section 5.1. Under it, few enough pairs give all of the mapping away."""

DIGITS = "0123456789"
_PYTHON_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Cipher(Protocol):
    """A tweakable permutation of all numeral strings of one length."""

    alphabet: str

    def encrypt(self, text: str, tweak: bytes) -> str:
        """A string of the same length over the same alphabet.

        Raises:
            DomainTooSmall: fewer than 10^6 strings have this length.
            CipherMisuse: a character outside the alphabet, a text too long, or a tweak of a wrong length.
        """
        ...

    def decrypt(self, text: str, tweak: bytes) -> str:
        """The inverse of `encrypt`, with the same errors. There is no integrity: every string decrypts to something."""
        ...


class Alphabet:
    """Converts between strings over `characters` and numbers, by C code where Python has some."""

    def __init__(self, characters: str) -> None:
        if not 2 <= len(characters) <= 256 or len(set(characters)) != len(characters):
            raise CipherMisuse
        self.characters = characters
        self.radix = len(characters)
        self._valid = frozenset(characters)
        self._decimal = characters == DIGITS
        self._values = {character: value for value, character in enumerate(characters)}
        short = self.radix <= len(_PYTHON_DIGITS)
        self._to_python = str.maketrans(characters, _PYTHON_DIGITS[: self.radix]) if short else None

    def check(self, text: str, longest: int) -> None:
        """Raises `DomainTooSmall` or `CipherMisuse` unless `text` is one that a cipher may be used on."""
        if self.radix ** len(text) < MINIMUM_DOMAIN:
            raise DomainTooSmall
        if len(text) > longest or not self._valid.issuperset(text):
            raise CipherMisuse

    def number(self, text: str) -> int:
        """NUM_radix(X): the number that the numerals stand for."""
        if self._decimal:
            return int(text)
        if self._to_python is not None:
            return int(text.translate(self._to_python), self.radix)
        number = 0
        for character in text:
            number = number * self.radix + self._values[character]
        return number

    def string(self, number: int, length: int) -> str:
        """STR^m_radix(x): `length` numerals, with leading zeros."""
        if self._decimal:
            return str(number).zfill(length)
        numerals = []
        for _ in range(length):
            number, value = divmod(number, self.radix)
            numerals.append(self.characters[value])
        return "".join(reversed(numerals))
