"""The Luhn sum (ISO/IEC 7812-1 annex B)."""

from __future__ import annotations

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn_sum(number: str) -> int:
    """The sum modulo 10; 0 for a number whose check digit is right. `number` is ASCII digits."""
    plain = sum(map(int, number[-1::-2]))
    return (plain + sum(_DOUBLED[int(digit)] for digit in number[-2::-2])) % 10


def with_sum(number: str, at: int, wanted: int) -> str:
    """`number` with the digit at index `at` replaced so that its Luhn sum is `wanted`. Each digit's part of the sum is
    a permutation of 0 to 9, so there is exactly one."""
    doubled = (len(number) - at) % 2 == 0
    part = (wanted - luhn_sum(number[:at] + "0" + number[at + 1 :])) % 10
    digit = _DOUBLED.index(part) if doubled else part
    return f"{number[:at]}{digit}{number[at + 1 :]}"
