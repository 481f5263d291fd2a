"""The engine alone: what a delta costs, what a megabyte costs, next to running every pattern over the text with `re`.

python -m tests.bench.engine
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any, cast

from gateway.firewall.canary import Watch, canary
from gateway.inspection.inspector import Inspector
from gateway.services import build_engine
from gateway.stream.holdback import HoldBack, Scanner, redact
from gateway.stream.watched import Watched
from tests.bench.prose import PROSE, pieces

BATCH_CHARS = 200_000
DELTAS = 5_000
TYPOGRAPHIC = str.maketrans({"-": "—", "'": "’", '"': "“", "v": "é", "u": "ü"})


def measure(*, quick: bool) -> dict[str, Any]:
    """The figures, by name."""
    started = time.perf_counter()
    engine = build_engine("default")
    built = time.perf_counter() - started
    scanner = cast(Inspector, engine.response)
    pipeline: Any = scanner._pipeline
    patterns = list(pipeline._patterns.patterns)
    text = (PROSE * (BATCH_CHARS // len(PROSE) + 1))[:BATCH_CHARS]
    repeats = 3 if quick else 7
    batch = _best(lambda: redact(scanner, text), repeats)
    alone = _best(lambda: _run_all([compiled.regex for compiled in patterns], text), repeats)
    guarded = Watched(scanner, Watch([canary(bytes(32), "tenant", "agent", epoch) for epoch in range(2)]))
    push = _best(lambda: _push_all(scanner), repeats) / DELTAS
    typographic = _best(lambda: _push_all(scanner, TYPOGRAPHIC), repeats) / DELTAS
    with_canaries = _best(lambda: _push_all(guarded), repeats) / DELTAS
    megabytes = len(text) / 1e6
    return {
        "recognizers / patterns": f"{len(pipeline.recognizers)} / {len(patterns)}",
        "build, seconds": f"{built:.2f}",
        "us per push of a word": f"{push * 1e6:.2f}",
        "us per push of a word with accents, quotes and dashes, times without": f"{typographic / push:.2f}",
        "us per push with canaries, times without": f"{with_canaries * 1e6:.2f}, {with_canaries / push:.2f}",
        "ms per MB in batch": f"{batch / megabytes * 1e3:.0f}",
        "ms per MB, every pattern with re": f"{alone / megabytes * 1e3:.0f}",
        "re / batch": f"{alone / batch:.1f}",
        "states of the automaton": _states(pipeline),
        "held characters on prose, p50 / p95 / max": _held(scanner),
        "held with canaries, p50 / p95 / max": _held(guarded),
    }


def _best(work: Callable[[], object], repeats: int) -> float:
    """Seconds; the best of some runs, because what else runs on the machine only ever adds."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _push_all(scanner: Scanner, changes: dict[int, str] | None = None) -> None:
    channel = HoldBack(scanner)
    for piece in pieces(DELTAS):
        channel.push(piece.translate(changes) if changes else piece)
    channel.finish()


def _run_all(regexes: list[Any], text: str) -> None:
    for regex in regexes:
        for _ in regex.finditer(text):
            pass


def _states(pipeline: Any) -> str:
    viable = getattr(pipeline, "_viable", None)
    states = getattr(viable, "_states", None)
    return "unknown" if states is None else f"{len(states):,}"


def _held(scanner: Scanner) -> str:
    channel, held = HoldBack(scanner), []
    for piece in pieces(DELTAS):
        channel.push(piece)
        held.append(channel.held_chars)
    held.sort()
    return f"{median(held):g} / {held[len(held) * 95 // 100]} / {held[-1]}"


if __name__ == "__main__":
    for name, value in measure(quick=False).items():
        print(f"{name}: {value}")
