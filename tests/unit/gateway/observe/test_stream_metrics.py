"""A stream's own sums: what is followed, when it is told, and that it adds up whatever the stream does."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from gateway.observe.stream_metrics import LOOK_EVERY, TELL_EVERY, StreamMetrics, StreamTally


class Texts:
    """Those of a stream: everything beyond `window` characters has left."""

    def __init__(self, window: int) -> None:
        self.came_chars, self.window, self.is_open = 0, window, True

    @property
    def held_chars(self) -> int:
        return min(self.came_chars, self.window) if self.is_open else 0


class Stream:
    """A driver of ten pieces a second, each of five characters."""

    def __init__(self, window: int) -> None:
        self.registry = CollectorRegistry()
        self.texts = Texts(window)
        self.tally = StreamTally(StreamMetrics(self.registry), self.texts, 0.0)
        self.now = 1.0
        self.looks = 0

    def piece(self, characters: int = 5) -> None:
        self.now += 0.1
        self.texts.came_chars += characters
        self.tally.came += 1
        self.tally.went += 1
        if self.tally.came >= self.tally.look_at:
            self.looks += 1
            self.tally.look(self.now, self.now + 0.001)

    def end(self, outcome: str = "whole") -> None:
        self.texts.is_open = False
        self.tally.end(outcome, self.now + 0.001)

    def value(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0

    def mean(self, name: str) -> float:
        return self.value(f"{name}_sum") / self.value(f"{name}_count")


def test_the_delay_is_the_time_to_the_release_of_the_last_character() -> None:
    stream = Stream(window=12)  # a piece is out when two and a half more have come
    for _ in range(10 * LOOK_EVERY):
        stream.piece()
    stream.end()
    assert stream.value("holdback_added_delay_seconds_count") >= 8
    assert stream.mean("holdback_added_delay_seconds") == pytest.approx(0.301, abs=1e-6)
    assert stream.value("holdback_first_text_seconds_sum") == pytest.approx(1.301)
    assert stream.mean("holdback_inspect_chunk_seconds") == pytest.approx(0.001)


def test_what_is_not_held_is_late_by_its_inspection_alone() -> None:
    stream = Stream(window=0)
    for _ in range(100):
        stream.piece()
    stream.end()
    assert stream.mean("holdback_added_delay_seconds") == pytest.approx(0.001)
    assert stream.value("holdback_held_characters_bucket", le="0.0") == stream.value("holdback_held_characters_count")


def test_few_pieces_are_looked_at() -> None:
    stream = Stream(window=0)
    for _ in range(50 * LOOK_EVERY):
        stream.piece()
    assert stream.looks <= 51


def test_sums_are_told_while_a_stream_is_open() -> None:
    stream = Stream(window=4)
    for _ in range(TELL_EVERY + 2 * LOOK_EVERY):
        stream.piece()
    assert stream.value("holdback_stream_chunks_total", direction="in") >= TELL_EVERY
    assert stream.value("holdback_streams_total", outcome="whole") == 0


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 40), max_size=12),
    st.integers(0, 60),
    st.integers(0, 200),
    st.sampled_from(["whole", "failed", "gone"]),
)
def test_nothing_is_lost_or_told_twice(some: list[int], times: int, window: int, outcome: str) -> None:
    pieces = some * times
    stream = Stream(window)
    for characters in pieces:
        stream.piece(characters)
    stream.end(outcome)
    for direction in ("in", "out"):
        assert stream.value("holdback_stream_chunks_total", direction=direction) == len(pieces)
    assert stream.value("holdback_stream_characters_total") == sum(pieces)
    assert stream.value("holdback_streams_total", outcome=outcome) == 1
    assert stream.value("holdback_stream_seconds_count") == 1
    has_gone = any(total > window for total in itertools.accumulate(pieces))
    assert stream.value("holdback_first_text_seconds_count") == has_gone
