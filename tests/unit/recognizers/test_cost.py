"""The cost of a scan stays in proportion to the naive way; the long form is `python -m tests.bench.cost`."""

from __future__ import annotations

from recognizers.pipeline import Pipeline
from tests.bench.cost import SEEDS, Costs, clean, measure, mixed

CHARS = 12_000


def test_a_scan_costs_a_fraction_of_every_pattern_with_re(pipeline: Pipeline) -> None:
    costs = measure(pipeline, CHARS)
    assert set(costs.monotonous) == set(SEEDS)
    assert costs.broken() == []


def test_the_judge_sees_what_is_too_slow() -> None:
    costs = Costs(prose=0.17, mixed=0.24, monotonous={".": 9.9, "1 ": 10.1})
    assert costs.broken() == ["prose 0.170", "'1 ' 10.1"]


def test_the_texts_are_what_they_say() -> None:
    assert len(clean(50_000)) == len(mixed(50_000)) == 50_000
    assert "jane@example.com" in mixed(50_000)
    assert "jane@example.com" not in clean(50_000)
