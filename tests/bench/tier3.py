"""What tier 3 costs and what batching buys: `python -m tests.bench.tier3`. Ratios of CPU time in one process."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import partial

from gateway.inspection.engine import engine_of, with_model
from gateway.inspection.memory import Remembering, ScanMemory
from gateway.models.local import LocalModel
from gateway.stream.holdback import redact
from recognizers.ner.gate import may_hold
from recognizers.presidio import Analyst
from tests.bench.prose import PROSE

SEGMENTS = 320
TURNS = 40
HISTORY_CHARS = 60_000
NAMES = ("Jane Doe", "Peter Schmidt", "Natasha", "Acme Ltd.", "Bristol", "12 Long Lane, Leeds")


def segments(count: int) -> list[str]:
    """Prose of 120 to 220 characters with a name in it."""
    chance = random.Random(3)
    return [
        f"{chance.choice(NAMES)} said {number}: {PROSE[at : at + chance.randint(100, 200)]}"
        for number, at in enumerate(chance.randrange(len(PROSE) - 200) for _ in range(count))
    ]


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU."""
    started = time.process_time()
    work()
    return time.process_time() - started


def batches(analyst: Analyst, texts: Sequence[str], size: int) -> None:
    for at in range(0, len(texts), size):
        analyst.analyze(texts[at : at + size])


def conversation() -> tuple[float, float]:
    """CPU of a conversation that is sent anew with every turn, and of its texts once each."""
    model, engine = LocalModel(), engine_of("default")
    scanner = with_model(engine, model).request
    chance = random.Random(5)
    size = HISTORY_CHARS // TURNS
    turns = [
        " ".join(chance.choice(segments(60)) for _ in range(size // 170)) + f" Turn {number}."
        for number in range(TURNS)
    ]
    redact(scanner, "Warm up with Jane Doe of Acme Ltd. in Paris.")
    once = cpu(lambda: [redact(scanner, turn) for turn in turns])
    remembering = Remembering(scanner, ScanMemory(b"k" * 32), ("tenant", "scope", "1", engine.fingerprint))
    again = cpu(lambda: [redact(remembering, turn) for count in range(TURNS) for turn in turns[: count + 1]])
    return again, once


def main() -> None:
    """Print the figures."""
    analyst, texts = Analyst(), segments(SEGMENTS)
    batches(analyst, texts[:32], 32)
    alone = cpu(partial(batches, analyst, texts, 1))
    print("| | segments a second and core | times |\n|---|---|---|")
    print(f"| one call a segment | {SEGMENTS / alone:.0f} | 1.0 |")
    for size in (4, 8, 32):
        together = cpu(partial(batches, analyst, texts, size))
        print(f"| batches of {size} | {SEGMENTS / together:.0f} | {alone / together:.1f} |")
    engine = engine_of("default")
    patterns = cpu(lambda: [redact(engine.request, text) for text in texts])
    print(f"| tiers 1 and 2 only | {SEGMENTS / patterns:.0f} | {alone / patterns:.1f} |")
    gate = cpu(lambda: [may_hold(text) for text in texts])
    print(f"| the gate | {SEGMENTS / gate:.0f} | {alone / gate:.1f} |")
    again, once = conversation()
    times = f"{again / once:.2f} times the CPU of its texts, each once"
    print(f"\n{TURNS} turns, {HISTORY_CHARS} characters, sent anew each turn: {times}")


if __name__ == "__main__":
    main()
