"""FF1 format-preserving encryption: SP 800-38G (2016), algorithms 7 and 8; kept by the second draft of Rev. 1 (2025).

A ten-round Feistel network whose round function is AES-CBC-MAC, with a tweak of any length. Both halves are held as
numbers. The MAC of everything that does not change from round to round (parameters, tweak, padding) is one prefix,
kept for the tweaks used last.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from gateway.errors.vault import CipherMisuse
from gateway.vault.numerals import DIGITS, Alphabet

LONGEST_TWEAK_BYTES = 256
_LONGEST_TEXT = 256
_ROUNDS = 10
_PREFIXES = 4096
"""Prefixes kept, about 200 bytes each. A tweak per value (a card's BIN and last four) must not grow without end."""


@dataclass(frozen=True, slots=True)
class _Prefix:
    """What is the same for all values of one length under one tweak: the MAC's state after the whole blocks, what
    then comes before [i] and B, the bytes of B and of S (b and d), and each round's last block before B is added."""

    state: bytes
    constant: bytes
    number_bytes: int
    stream_bytes: int
    mixed: tuple[int, ...]


class FF1:
    """One key and one alphabet. Safe to share by threads: an update of less than 2 KiB never gives up the GIL.

    Args:
        key: 16, 24 or 32 bytes of AES key. The caller may wipe it afterwards.
        alphabet: 2 to 256 characters, each once.

    Raises:
        CipherMisuse: a key of another length, an alphabet with a character twice.
    """

    def __init__(self, key: bytes | bytearray, alphabet: str = DIGITS) -> None:
        if len(key) not in {16, 24, 32}:
            raise CipherMisuse
        # One block at a time is what the standard asks for: the Feistel network is the mode.
        self._block = BlockCipher(AES(key), ECB()).encryptor().update  # noqa: S305
        self._alphabet = Alphabet(alphabet)
        self.alphabet = alphabet
        self.longest = _LONGEST_TEXT
        self._prefixes: dict[tuple[int, bytes], _Prefix] = {}

    def __repr__(self) -> str:
        return f"FF1(radix={self._alphabet.radix})"

    def encrypt(self, text: str, tweak: bytes) -> str:
        """Encrypts a numeral string; see `Cipher.encrypt`. `tweak` is 0 to 256 bytes."""
        self._alphabet.check(text, self.longest)
        prefix = self._prefixes.get((len(text), tweak)) or self._prefix(len(text), tweak)
        u = len(text) // 2
        v = len(text) - u
        a, b = self._alphabet.number(text[:u]), self._alphabet.number(text[u:])
        # Round i adds to a modulo radix^m, m = u in even rounds and v in odd ones.
        modulus, other = self._alphabet.radix**u, self._alphabet.radix**v
        block, integer, drop = self._block, int.from_bytes, 8 * (16 - prefix.stream_bytes)
        for i, mixed in enumerate(prefix.mixed):
            y = integer(block((mixed ^ b).to_bytes(16, "big")), "big") >> drop if drop >= 0 else self._y(prefix, i, b)
            a, b = b, (a + y) % modulus
            modulus, other = other, modulus
        return self._alphabet.string(a, u) + self._alphabet.string(b, v)

    def decrypt(self, text: str, tweak: bytes) -> str:
        """The inverse of `encrypt`."""
        self._alphabet.check(text, self.longest)
        prefix = self._prefixes.get((len(text), tweak)) or self._prefix(len(text), tweak)
        u = len(text) // 2
        v = len(text) - u
        a, b = self._alphabet.number(text[:u]), self._alphabet.number(text[u:])
        other, modulus = self._alphabet.radix**u, self._alphabet.radix**v
        block, integer, drop = self._block, int.from_bytes, 8 * (16 - prefix.stream_bytes)
        for i in range(_ROUNDS - 1, -1, -1):
            mixed = prefix.mixed[i]
            y = integer(block((mixed ^ a).to_bytes(16, "big")), "big") >> drop if drop >= 0 else self._y(prefix, i, a)
            a, b = (b - y) % modulus, a
            modulus, other = other, modulus
        return self._alphabet.string(a, u) + self._alphabet.string(b, v)

    def _prefix(self, length: int, tweak: bytes) -> _Prefix:
        """P and the part of Q that is the same in every round, chained as far as whole blocks go (steps 3 to 6.i)."""
        if len(tweak) > LONGEST_TWEAK_BYTES:
            raise CipherMisuse
        radix, v = self._alphabet.radix, length - length // 2
        number_bytes = ((radix**v - 1).bit_length() + 7) // 8  # b = ceil(ceil(v * log2(radix)) / 8)
        stream_bytes = 4 * -(-number_bytes // 4) + 4  # d
        head = (
            bytes((1, 2, 1))
            + radix.to_bytes(3, "big")
            + bytes((10, (length // 2) % 256))
            + length.to_bytes(4, "big")
            + len(tweak).to_bytes(4, "big")
        )
        constant = head + tweak + bytes((-len(tweak) - number_bytes - 1) % 16)
        whole = len(constant) // 16 * 16
        state, rest = self._chain(bytes(16), constant[:whole]), constant[whole:]
        # With S of at most one block (d <= 16), [i] and B are the end of that block: number_bytes <= 12.
        base = int.from_bytes(state, "big") ^ int.from_bytes(rest + bytes(1 + number_bytes), "big")
        mixed = tuple(base ^ i << 8 * number_bytes for i in range(_ROUNDS))
        prefix = _Prefix(state, rest, number_bytes, stream_bytes, mixed)
        if len(self._prefixes) >= _PREFIXES:
            self._prefixes.clear()
        self._prefixes[length, tweak] = prefix
        return prefix

    def _chain(self, state: bytes, blocks: bytes) -> bytes:
        """CBC-MAC over whole blocks (algorithm 6, PRF)."""
        for at in range(0, len(blocks), 16):
            mixed = int.from_bytes(state, "big") ^ int.from_bytes(blocks[at : at + 16], "big")
            state = self._block(mixed.to_bytes(16, "big"))
        return state

    def _y(self, prefix: _Prefix, i: int, b: int) -> int:
        """NUM(S), the round's pseudo-random number, where it takes more than one block (steps 6.i to 6.iv)."""
        number = bytes((i,)) + b.to_bytes(prefix.number_bytes, "big")
        stream = self._chain(prefix.state, prefix.constant + number)
        seed = int.from_bytes(stream, "big")
        for j in range(1, -(-prefix.stream_bytes // 16)):
            stream += self._block((seed ^ j).to_bytes(16, "big"))
        return int.from_bytes(stream[: prefix.stream_bytes], "big")
