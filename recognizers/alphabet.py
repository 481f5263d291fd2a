"""The symbols that patterns tell apart in a view, and sets of them as bits of an integer."""

from __future__ import annotations

OTHER_LETTER = "ø"
ALPHABET = (*map(chr, range(128)), OTHER_LETTER, "\uffff")
"""ASCII, one letter that stands for all letters without a Latin base, and one symbol for everything else."""
ALL = (1 << len(ALPHABET)) - 1


def symbol(char: str) -> int:
    """Index in `ALPHABET` of the symbol that a view character counts as."""
    code = ord(char)
    if code < 128:
        return code
    return 128 if char == OTHER_LETTER else 129


def mask_of(chars: str) -> int:
    """Bit set of symbols for a plain string of characters."""
    mask = 0
    for char in chars:
        mask |= 1 << symbol(char)
    return mask


def bits(mask: int) -> list[int]:
    """Indexes of the set bits, lowest first."""
    digits = bin(mask)[:1:-1]
    found = []
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found
