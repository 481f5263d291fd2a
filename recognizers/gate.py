"""The gate of tier 2: all patterns as one RE2 set, over a text in which every digit is a 0."""

from __future__ import annotations

from recognizers.alphabet import bits, mask_of
from recognizers.syntax import Part

_DIGITS = mask_of("0123456789")
ONE_DIGIT = str.maketrans("123456789", "000000000")
_ABOVE_ASCII = r"\x{80}-\x{10FFFF}"


def gate_regex(part: Part) -> str:
    """A pattern's tree in RE2's words, for a text in which every digit is a 0: it matches wherever the pattern does,
    and often elsewhere. With all digits alike the gate has few states; with 4, 756 and [0-3] apart, a column of
    numbers makes it build new ones at every character."""
    if part.kind == "char":
        mask = part.mask & ~_DIGITS | (1 << ord("0") if part.mask & _DIGITS else 0)
        return "[" + "".join(rf"\x{i:02x}" for i in bits(mask) if i < 128) + (_ABOVE_ASCII if mask >> 128 else "") + "]"
    inner = [gate_regex(inner) for inner in part.parts]
    if part.kind == "alt":
        return f"(?:{'|'.join(inner)})"
    if part.kind == "repeat":
        return f"(?:{inner[0]}){{{part.low},{part.high}}}"
    return "".join(inner)
