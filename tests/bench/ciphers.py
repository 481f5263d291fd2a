"""How the ciphers compare with other implementations, as ratios: `python -m tests.bench.ciphers`."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import fastfpe.ff3_1
import ffx
from ff3 import FF3Cipher

from gateway.vault.ff1 import FF1
from gateway.vault.ff3_1 import FF31

KEY, TWEAK, NUMBER = bytes(range(32)), bytes(range(7)), "4111111111111111"


def ratio(slow: Callable[[], object], fast: Callable[[], object], clock: Callable[[], float]) -> float:
    """How often `fast` runs in the time of one `slow`: the best of some rounds that alternate, so that both see the
    same machine."""
    best = [float("inf"), float("inf")]
    for _ in range(7):
        for which, run in enumerate((slow, fast)):
            start = clock()
            for _ in range(300):
                run()
            best[which] = min(best[which], clock() - start)
    return best[0] / best[1]


def main() -> None:
    """Prints one line for each of the others."""
    ours, ours_ff1 = FF31(KEY), FF1(KEY)
    ff3, libffx = FF3Cipher(KEY.hex(), TWEAK.hex()), ffx.FF1(KEY, radix=10)
    alphabet = ours.alphabet
    rows = {
        "FF3-1 here / ff3": (lambda: ff3.encrypt(NUMBER), lambda: ours.encrypt(NUMBER, TWEAK)),
        "FF1 here / ff3 (FF3-1)": (lambda: ff3.encrypt(NUMBER), lambda: ours_ff1.encrypt(NUMBER, TWEAK)),
        "FF1 here / libffx": (
            lambda: libffx.encrypt(NUMBER, tweak=TWEAK),
            lambda: ours_ff1.encrypt(NUMBER, TWEAK),
        ),
        "FF3-1 here / fastfpe (Rust)": (
            lambda: fastfpe.ff3_1.encrypt(KEY.hex(), TWEAK.hex(), alphabet, NUMBER),
            lambda: ours.encrypt(NUMBER, TWEAK),
        ),
    }
    for name, (slow, fast) in rows.items():
        print(f"{name:30} {ratio(slow, fast, process_time):6.1f}x")


if __name__ == "__main__":
    main()
