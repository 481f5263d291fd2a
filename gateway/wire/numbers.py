"""Numbers as recognizers read them."""

from __future__ import annotations

import re

LONG_NUMBER_DIGITS = 7
"""Numbers with fewer digits identify nobody."""
_PLAIN_DIGITS_MAX = 64
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)


def long_number(literal: str) -> str | None:
    """A JSON number that could identify somebody, as it is to be inspected: whole numbers in plain digits, however they
    are written (`4.111111111111111e15`, `4111111111111111.0`). None for any other.

    Args:
        literal: by the grammar of RFC 8259, section 6.
    """
    match = _NUMBER.fullmatch(literal)
    if match is None:
        return literal if len(re.sub("[^0-9]", "", literal)) >= LONG_NUMBER_DIGITS else None
    sign, whole, fraction, exponent = match[1], match[2], (match[3] or "").rstrip("0"), int(match[4] or 0)
    places = len(whole) + exponent
    if (fraction or exponent) and len(whole + fraction) <= places <= _PLAIN_DIGITS_MAX:
        whole, literal = (whole + fraction).ljust(places, "0"), ""
    elif not fraction and not exponent:
        literal = ""  # but for zeros behind a point, a whole number as it is
    return (literal or sign + whole) if len(whole.lstrip("0")) >= LONG_NUMBER_DIGITS else None
