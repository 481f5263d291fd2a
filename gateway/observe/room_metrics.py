"""What is told of the rooms behind a request: keys, the record, tier 3, providers, caches, queues, the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.context_managers import InprogressTracker

import gateway

_CALL_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_SHARED: Final = "livesum"
"""Of the processes of one port: the sum over those that live."""


class KeyMetrics:
    """Tenants' keys and their services."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.calls = Counter(
            "holdback_kms_calls",
            "Calls to key services: `wrap` or `unwrap`; the outcome is `ok`, or the code of the error.",
            ("provider", "operation", "outcome"),
            registry=registry,
        )
        self.seconds = Histogram(
            "holdback_kms_seconds",
            "Time of a call to a key service.",
            ("provider", "operation"),
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        self.seals = Counter(
            "holdback_seals",
            "Tenants that were sealed, by reason: their key cannot be used.",
            ("reason",),
            registry=registry,
        )
        self.unseals = Counter("holdback_unseals", "Tenants whose key could be used again.", registry=registry)
        self.sealed = Gauge(
            "holdback_sealed_tenants",
            "Tenants that this replica knows to be sealed.",
            registry=registry,
            multiprocess_mode="livemax",
        )


class RecordMetrics:
    """The audit record."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter("holdback_audit_events", "Events written to the record.", registry=registry)
        self.failures = Counter(
            "holdback_audit_write_failures",
            "Batches of the record that could not be written; each is tried again for ten seconds.",
            registry=registry,
        )
        self.seconds = Histogram(
            "holdback_audit_write_seconds",
            "Time to write a batch of the record, or to fail to.",
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        self.out = Gauge(
            "holdback_audit_unavailable",
            "Processes that could not write the last batch of the record.",
            registry=registry,
            multiprocess_mode=_SHARED,
        )

    @contextmanager
    def writing(self, events: int) -> Iterator[None]:
        """While a batch is written."""
        with self.seconds.time(), self.failures.count_exceptions(BaseException):
            yield
        self.events.inc(events)


class AlertMetrics:
    """Alerts that the gateway tells by itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.told = Counter(
            "holdback_alerts",
            "Alerts by rule: raised, and attempts to deliver them that went well or failed, or that found no room.",
            ("rule", "outcome"),
            registry=registry,
        )
        self.waiting = Gauge(
            "holdback_alerts_waiting",
            "Alerts on their way to a receiver, of all replicas together: as the database had it at the last look, at "
            "most half a minute ago.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )


class ModelMetrics:
    """Tier 3."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.segments = Counter(
            "holdback_tier3_segments",
            "Segments of text that tier 3 was asked about: `answered` or `failed`.",
            ("outcome",),
            registry=registry,
        )
        self.waited = Counter(
            "holdback_tier3_wait_seconds",
            "Seconds that texts waited for tier 3, all together; what is left of the time to inspect them is tiers 1 "
            "and 2.",
            registry=registry,
        )
        self.batch = Histogram(
            "holdback_tier3_batch_seconds",
            "Time of the model for a batch of segments.",
            buckets=_CALL_SECONDS,
            registry=registry,
        )

    def scanned(self, segments: int, seconds: float, answered: bool) -> None:
        """A batch came back, or did not."""
        self.batch.observe(seconds)
        self.segments.labels("answered" if answered else "failed").inc(segments)


class TraceMetrics:
    """Spans on their way to a collector."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ended = Counter(
            "holdback_spans_ended", "Spans of traces that ended and are to be sent.", registry=registry
        )
        exported = Counter(
            "holdback_spans_exported",
            "Spans that a collector took (`sent`), or did not take in time (`failed`). What of those that ended is in "
            "neither waits, or found no room.",
            ("outcome",),
            registry=registry,
        )
        self.sent, self.failed = exported.labels("sent"), exported.labels("failed")


class ProviderMetrics:
    """Model providers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "holdback_provider_attempts", "Requests to providers.", ("provider", "outcome"), registry=registry
        )
        self.seconds = Histogram(
            "holdback_provider_seconds",
            "Time from a request to a provider to the head of its answer.",
            ("provider",),
            buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120),
            registry=registry,
        )
        self.open = Gauge(
            "holdback_provider_open",
            "Connections to providers that are in use: a request is on its way, or its answer is being read.",
            ("provider",),
            registry=registry,
            multiprocess_mode=_SHARED,
        )

    @contextmanager
    def asking(self, provider: str) -> Iterator[None]:
        """Until the head of its answer is there."""
        with self.seconds.labels(provider).time(), self.using(provider):
            yield

    def using(self, provider: str) -> InprogressTracker:
        """While its answer is read."""
        return self.open.labels(provider).track_inprogress()


class ProcessMetrics:
    """Caches, queues, and the process itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.lookups = Counter(
            "holdback_cache_lookups",
            "Look-ups in caches, by outcome `hit` or `miss`: `keys` of tenants, `scans` and `judgements` of texts, "
            "`policies` with overlays, `access` of clients.",
            ("cache", "outcome"),
            registry=registry,
        )
        self.entries = Gauge(
            "holdback_cache_entries", "What caches hold.", ("cache",), registry=registry, multiprocess_mode=_SHARED
        )
        self.queued = Gauge(
            "holdback_queue_length",
            "What waits: events for the record (`audit`), what alerts have heard and not counted (`alerts`), sums of "
            "`usage`, segments for `tier3`.",
            ("queue",),
            registry=registry,
            multiprocess_mode=_SHARED,
        )
        self.room = Gauge(
            "holdback_queue_limit",
            "What may wait at most.",
            ("queue",),
            registry=registry,
            multiprocess_mode=_SHARED,
        )
        self.draining = Gauge(
            "holdback_draining",
            "Processes that finish what is open and take nobody new.",
            registry=registry,
            multiprocess_mode=_SHARED,
        )
        self.processes = Gauge(
            "holdback_processes",
            "Processes that serve on this port, by version.",
            ("version",),
            registry=registry,
            multiprocess_mode=_SHARED,
        )
        self.processes.labels(gateway.__version__).set(1)
        self.memory = Gauge(
            "holdback_memory_bytes",
            "Resident memory of the serving processes, without those of tier 3; Linux only.",
            registry=registry,
            multiprocess_mode=_SHARED,
        )
        self.loop_lag = Histogram(
            "holdback_loop_lag_seconds",
            "How late the event loop woke a timer, once a second: what every stream waits for.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
            registry=registry,
        )
