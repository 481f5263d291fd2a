"""The ciphers are fast enough to run inline: measured against the `ff3` package in one run, so that the machine
cancels."""

from __future__ import annotations

from time import process_time

from ff3 import FF3Cipher

from gateway.vault.ff1 import FF1
from gateway.vault.ff3_1 import FF31
from tests.bench.ciphers import ratio

KEY, TWEAK, NUMBER = bytes(range(32)), bytes(range(7)), "4111111111111111"


def test_ff3_1_is_eight_times_as_fast_as_ff3() -> None:
    slow, fast = FF3Cipher(KEY.hex(), TWEAK.hex()), FF31(KEY)
    assert ratio(lambda: slow.encrypt(NUMBER), lambda: fast.encrypt(NUMBER, TWEAK), process_time) >= 8


def test_ff1_is_not_much_slower() -> None:
    slow, fast = FF3Cipher(KEY.hex(), TWEAK.hex()), FF1(KEY)
    assert ratio(lambda: slow.encrypt(NUMBER), lambda: fast.encrypt(NUMBER, TWEAK), process_time) >= 5
