"""Which numbers are inspected, and as what."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.numbers import LONG_NUMBER_DIGITS, long_number


@pytest.mark.parametrize(
    ("literal", "read"),
    [
        ("0", None),
        ("123456", None),
        ("1234567", "1234567"),
        ("-1234567", "-1234567"),
        ("4.111111111111111e15", "4111111111111111"),
        ("41111111111.11111E+5", "4111111111111111"),
        ("4111111111111111.0", "4111111111111111"),
        ("5.36228726e8", "536228726"),
        ("1234567.5", "1234567.5"),
        ("52.5200081", None),
        ("-0.0069292834", None),
        ("1e400", None),
        ("1e99999", None),
        ("12345678e99999", "12345678e99999"),
    ],
)
def test_numbers(literal: str, read: str | None) -> None:
    assert long_number(literal) == read


@given(st.integers(min_value=10 ** (LONG_NUMBER_DIGITS - 1), max_value=10**30), st.integers(0, 30))
def test_a_whole_number_is_read_the_same_however_it_is_written(number: int, shift: int) -> None:
    digits = str(number)
    point = max(len(digits) - shift, 1)
    written = f"{digits[:point]}.{digits[point:] or '0'}e{len(digits) - point}"
    assert json.loads(written) == pytest.approx(number)
    assert long_number(written) == digits
    assert long_number(f"{digits}.000") == digits
