"""Crockford's base32: digits and letters without I, L, O and U, so that nothing is mistaken when a model copies it."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def base32(number: int, length: int) -> str:
    """The low 5 x `length` bits of `number`."""
    return "".join(ALPHABET[number >> 5 * (length - 1 - at) & 31] for at in range(length))
