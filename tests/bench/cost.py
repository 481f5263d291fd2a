"""What a scan with the full catalogue costs, next to running every pattern with `re` over the same text.

python -m tests.bench.cost [--chars 100000]

All figures are CPU time of one process in one run, so that only their ratios mean something. Promised: clean prose at
most 1/6 and mixed text at most 1/4 of `re`; no monotonous text more than 10 times, per character, of what `re` costs on
prose. Exit code 1 when one is not kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import redact
from gateway.verdict import Direction
from policies.policy import Policy
from recognizers.catalogue import catalogue
from recognizers.pipeline import Pipeline

PROSE = (Path(__file__).resolve().parents[1] / "data" / "prose.txt").read_text(encoding="utf-8")
VALUES = (
    "Write to jane@example.com.", "My SSN is 536-22-8726.", "Call +1 415-555-0132.", "Card 4111 1111 1111 1111, 12/27.",
    "IBAN DE89 3704 0044 0532 0130 00.", "From 203.0.113.77 on 2024-05-17.", "She lives at 12 Elm Street.",
    "MRN: 00482913.", "See https://example.org/a?b=c.", "key ghp_16C7e42F292c6912E7710c838347Ae178B4a",
)  # fmt: skip
MIXED_EVERY = 12
"""Sentences of prose to one with a value."""
SEEDS = (
    ".",
    "1",
    "-",
    "a",
    "%",
    "1 ",
    "1.",
    "1-",
    "a.",
    "a-",
    "a ",
    "A",
    "ab1",
    "@",
    "a@",
    "%41",
    "&#49;",
    "\\u0031",
    "=41",
)
"""What monotonous texts are made of."""
PROSE_MAX, MIXED_MAX, WORST_MAX = 1 / 6, 1 / 4, 10.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Ratios: of a scan to `re` on the same text, and of monotonous texts to `re` on prose, per character."""

    prose: float
    mixed: float
    monotonous: dict[str, float]

    def broken(self) -> list[str]:
        """Promises that are not kept."""
        found = [f"prose {self.prose:.3f}"] if self.prose > PROSE_MAX else []
        found += [f"mixed {self.mixed:.3f}"] if self.mixed > MIXED_MAX else []
        return found + [f"{seed!r} {cost:.1f}" for seed, cost in self.monotonous.items() if cost > WORST_MAX]


def clean(chars: int) -> str:
    """Prose of this length."""
    return (PROSE * (chars // len(PROSE) + 1))[:chars]


def mixed(chars: int) -> str:
    """Prose with a value every `MIXED_EVERY` sentences."""

    def sentences() -> Iterator[str]:
        for number, sentence in enumerate(clean(chars).split(". ")):
            yield sentence + "."
            if number % MIXED_EVERY == 0:
                yield VALUES[number // MIXED_EVERY % len(VALUES)]

    return " ".join(sentences())[:chars]


def seconds(work: Callable[[str], object], text: str, *, repeat: int = 2) -> float:
    """CPU seconds for a text, the best of some runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work(text)
        best = min(best, time.process_time() - start)
    return best


def measure(pipeline: Pipeline, chars: int) -> Costs:
    """All ratios, on texts of so many characters."""
    inspector = Inspector(pipeline, Policy("bench"), Direction.RESPONSE)
    regexes = [compiled.regex for compiled in pipeline.patterns]

    def scan(text: str) -> None:
        redact(inspector, text)

    def with_re(text: str) -> None:
        for regex in regexes:
            for _ in regex.finditer(text):
                pass

    prose, values = clean(chars), mixed(chars)
    scan(values)  # states of the automaton that this text needs are built before the clock runs
    of_re = seconds(with_re, prose)
    worst = {}
    for seed in SEEDS:
        text = (seed * (chars // len(seed) + 1))[:chars]
        worst[seed] = seconds(scan, text, repeat=1) / of_re
    return Costs(seconds(scan, prose) / of_re, seconds(scan, values) / seconds(with_re, values), worst)


def main(arguments: list[str] | None = None) -> int:
    """Print the ratios; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chars", type=int, default=100_000)
    costs = measure(Pipeline(catalogue().values()), parser.parse_args(arguments).chars)
    print(f"clean prose: 1/{1 / costs.prose:.1f} of `re`   mixed text: 1/{1 / costs.mixed:.1f} of `re`")
    for seed, cost in sorted(costs.monotonous.items(), key=lambda item: -item[1]):
        print(f"{seed!r:>10}: {cost:.2f} times what `re` costs on prose, per character")
    for line in costs.broken():
        print(f"not kept: {line}")
    return bool(costs.broken())


if __name__ == "__main__":
    sys.exit(main())
