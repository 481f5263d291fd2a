"""How much is held of ordinary text, and that it comes out as it went in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.firewall.canary import Watch, canary
from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import HoldBack, Scanner
from gateway.stream.watched import Watched

PROSE = (Path(__file__).resolve().parents[1] / "data" / "prose.txt").read_text(encoding="utf-8")
HOLD_MEDIAN_MAX, HOLD_P95_MAX, CEILING = 5, 12, 96


def held(inspector: Scanner, deltas: list[str]) -> list[int]:
    """Characters held after each delta, sorted; the text must come out unchanged."""
    channel = HoldBack(inspector)
    out, sizes = [], []
    for delta in deltas:
        out.append(channel.push(delta))
        sizes.append(channel.held_chars)
    assert "".join([*out, channel.finish()]) == "".join(deltas)
    return sorted(sizes)


def test_prose_by_words_is_hardly_held(inspector: Inspector, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = held(inspector, re.findall(r"\s*\S+|\s+\Z", PROSE))
    marks = {percent: sizes[min(len(sizes) - 1, len(sizes) * percent // 100)] for percent in (50, 90, 95, 99, 100)}
    with capsys.disabled():
        print(f"\nhold on {len(sizes)} words of prose, characters by percentile: {marks}")
    assert marks[50] <= HOLD_MEDIAN_MAX
    assert marks[95] <= HOLD_P95_MAX
    assert marks[100] <= CEILING


def test_canaries_hold_no_more_of_prose(inspector: Inspector) -> None:
    watch = Watch([canary(b"k" * 32, "acme", "helpdesk", epoch) for epoch in range(2)])
    words = re.findall(r"\s*\S+|\s+\Z", PROSE)[:2000]
    sizes, alone = held(Watched(inspector, watch), words), held(inspector, words)
    for percent, most in ((50, HOLD_MEDIAN_MAX), (95, HOLD_P95_MAX), (100, CEILING)):
        at = min(len(sizes) - 1, len(sizes) * percent // 100)
        assert sizes[at] <= most
        assert sizes[at] - alone[at] <= 2


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 50, 10_000])
def test_prose_comes_out_byte_for_byte(inspector: Inspector, size: int) -> None:
    held(inspector, [PROSE[at : at + size] for at in range(0, len(PROSE), size)])


def test_the_first_deltas_find_the_automaton_warm(inspector: Inspector) -> None:
    """States that ordinary prose still has to build are few: a fresh process does not stall its first stream."""
    states = inspector._pipeline._viable._states
    before = len(states)
    held(inspector, re.findall(r"\s*\S+", PROSE)[:200])
    assert len(states) - before < before / 2
