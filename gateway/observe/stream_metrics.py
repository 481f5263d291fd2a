"""What is told of streams, and the sums that one stream keeps until it tells them.

A labelled counter costs as much as a small part of inspecting a chunk. So a stream counts in plain numbers, looks at
the clock of every 32nd piece only, and tells Prometheus every few seconds and at its end.
"""

from __future__ import annotations

from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram

LOOK_EVERY = 32
"""Pieces of a stream between two whose text is followed to its release."""
TELL_EVERY = 256
"""Pieces of a stream after which its sums are told."""


class StreamMetrics:
    """Of all streams."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ended = Counter(
            "holdback_streams",
            "Streamed answers that ended: `whole`, `failed` (`holdback_failures_total` has the code), or `gone` (the "
            "client went first).",
            ("outcome",),
            registry=registry,
        )
        self.chunks = Counter(
            "holdback_stream_chunks",
            "Pieces of streamed answers: read from providers (`in`), written to clients (`out`).",
            ("direction",),
            registry=registry,
        )
        self.characters = Counter(
            "holdback_stream_characters", "Characters of text in streamed answers, as they came.", registry=registry
        )
        self.added_delay = Histogram(
            "holdback_added_delay_seconds",
            "Time from the arrival of a piece of text to the release of its last character, inspection included; of "
            f"every {LOOK_EVERY}nd piece.",
            buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=registry,
        )
        self.held_characters = Histogram(
            "holdback_held_characters",
            f"Characters of a stream that are held after a piece was inspected; of every {LOOK_EVERY}nd piece.",
            buckets=(0, 1, 2, 4, 8, 16, 32, 64, 96, 128, 256, 1024, 16_384),
            registry=registry,
        )
        self.inspect_chunk = Histogram(
            "holdback_inspect_chunk_seconds",
            "Time to inspect a piece of a streamed answer (tiers 1 and 2, and the wait for tier 3 where the policy has "
            f"it in answers); of every {LOOK_EVERY}nd piece.",
            buckets=(0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 0.5, 2),
            registry=registry,
        )
        self.first_text = Histogram(
            "holdback_first_text_seconds",
            "Time from a request to the first character of its streamed answer that went to the client.",
            buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
            registry=registry,
        )
        self.duration = Histogram(
            "holdback_stream_seconds",
            "How long streamed answers lasted, from the request on.",
            buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600),
            registry=registry,
        )
        # A look-up by label costs more than all else here.
        self.chunks_in, self.chunks_out = self.chunks.labels("in"), self.chunks.labels("out")


class Texts(Protocol):
    """The texts of one stream."""

    came_chars: int

    @property
    def held_chars(self) -> int:
        """Of those that came, how many have not left."""


class StreamTally:
    """One stream's sums. Whoever drives the stream adds to `came` and `went`, and calls `look` once `came` is at
    `look_at`; `tell` at the end.

    Args:
        metrics: is told.
        texts: of this stream.
        started: when its request came, on the clock of `look` (seconds).
    """

    __slots__ = (
        "_delays",
        "_held",
        "_inspected",
        "_metrics",
        "_probe",
        "_started",
        "_texts",
        "_told",
        "came",
        "first_text_seconds",
        "look_at",
        "went",
    )

    def __init__(self, metrics: StreamMetrics, texts: Texts, started: float) -> None:
        self._metrics, self._texts, self._started = metrics, texts, started
        self.came = self.went = 0
        self.look_at = 1
        self._told = (0, 0, 0)
        self.first_text_seconds = 0.0
        """From the request on; 0 until then."""
        self._probe: tuple[int, float] | None = None
        self._delays: list[float] = []
        self._held: list[int] = []
        self._inspected: list[float] = []

    def look(self, arrived: float, now: float) -> None:
        """A piece that arrived then has been inspected, and what goes on of it has gone."""
        came, held = self._texts.came_chars, self._texts.held_chars
        gone = came - held
        if not self.first_text_seconds and gone > 0:
            self.first_text_seconds = now - self._started
            self._metrics.first_text.observe(self.first_text_seconds)
        if self._probe is None:
            self._probe = came, arrived
            self._held.append(held)
            self._inspected.append(now - arrived)
        self.look_at = self.came + 1
        if gone >= self._probe[0] and (self.first_text_seconds or not came):
            if came:
                self._delays.append(now - self._probe[1])
            self._probe = None
            if self.first_text_seconds:
                self.look_at = self.came + LOOK_EVERY
        if self.came - self._told[0] >= TELL_EVERY:
            self.tell()

    def tell(self) -> None:
        """Add what is new to the metrics."""
        metrics, told = self._metrics, self._told
        self._told = self.came, self.went, self._texts.came_chars
        for counter, now, before in zip(
            (metrics.chunks_in, metrics.chunks_out, metrics.characters), self._told, told, strict=True
        ):
            if now > before:
                counter.inc(now - before)
        for seconds in self._delays:
            metrics.added_delay.observe(seconds)
        for characters in self._held:
            metrics.held_characters.observe(characters)
        for seconds in self._inspected:
            metrics.inspect_chunk.observe(seconds)
        self._delays.clear()
        self._held.clear()
        self._inspected.clear()

    def end(self, outcome: str, now: float) -> None:
        """The stream is over; see `StreamMetrics.ended` for how."""
        if outcome == "whole" and self._probe is not None and self._texts.came_chars:
            self._delays.append(now - self._probe[1])
        self.tell()
        self._metrics.ended.labels(outcome).inc()
        self._metrics.duration.observe(now - self._started)
