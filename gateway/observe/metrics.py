"""Prometheus metrics. Labels are entity types, codes and directions, never values."""

from __future__ import annotations

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.errors import GatewayError
from gateway.errors.firewall import CanaryLeaked, FirewallBlocked, GuardrailBlocked, GuardrailBlockedAnswer
from gateway.errors.policy import PolicyBlock
from gateway.observe.readings import Readings
from gateway.observe.room_metrics import (
    AlertMetrics,
    KeyMetrics,
    ModelMetrics,
    ProcessMetrics,
    ProviderMetrics,
    RecordMetrics,
    TraceMetrics,
)
from gateway.observe.stream_metrics import StreamMetrics
from gateway.verdict import Finding

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with a folder in which the processes of one port keep their numbers together."""


BLOCKS: dict[type[GatewayError], str] = {
    PolicyBlock: "policy",
    FirewallBlocked: "firewall",
    GuardrailBlocked: "guardrail",
    GuardrailBlockedAnswer: "guardrail",
    CanaryLeaked: "canary",
}
"""Refusals on purpose, and who refused."""


class SpendMetrics:
    """What is told of rates and budgets."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.limited = Counter(
            "holdback_limited",
            "Requests that a rate, a stream limit or a budget refused, let fall back, or warned of, by rule.",
            ("kind", "rule"),
            registry=registry,
        )
        self.unchecked = Counter(
            "holdback_unchecked_requests",
            "Requests served without a check of rates and budgets, as `budgets.when_unavailable: open` says.",
            registry=registry,
        )
        self.tokens = Counter(
            "holdback_tokens",
            "Tokens that providers counted, or that were estimated.",
            ("provider", "direction"),
            registry=registry,
        )
        self.cost = Counter("holdback_cost_usd", "Cost of answers in US dollars.", ("provider",), registry=registry)
        self.unpriced = Counter(
            "holdback_unpriced_answers", "Answers of models without a price.", ("provider",), registry=registry
        )
        self.usage_waiting = Gauge(
            "holdback_usage_waiting",
            "Sums of usage that are not in the database yet.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.unsettled = Gauge(
            "holdback_unsettled_requests",
            "Requests whose cost the counters do not know yet.",
            registry=registry,
            multiprocess_mode="livesum",
        )


class Metrics:
    """One registry a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.readings = Readings()
        self.flow = StreamMetrics(self.registry)
        self.providers = ProviderMetrics(self.registry)
        self.keys = KeyMetrics(self.registry)
        self.record = RecordMetrics(self.registry)
        self.model = ModelMetrics(self.registry)
        self.process = ProcessMetrics(self.registry)
        self.traces = TraceMetrics(self.registry)
        self.requests = Counter(
            "holdback_requests", "Requests answered.", ("endpoint", "status"), registry=self.registry
        )
        self.streams = Gauge(
            "holdback_open_streams", "Streams that are open now.", registry=self.registry, multiprocess_mode="livesum"
        )
        self.failures = Counter(
            "holdback_failures", "Requests and streams that failed.", ("code",), registry=self.registry
        )
        self.findings = Counter(
            "holdback_findings", "Findings acted on.", ("direction", "entity", "action"), registry=self.registry
        )
        self.monitored = Counter(
            "holdback_monitored_findings",
            "Findings that passed because the policy only monitors them, by the action that was not taken.",
            ("direction", "entity", "action"),
            registry=self.registry,
        )
        self.policy_loads = Counter(
            "holdback_policy_loads",
            "Changed policies that were put in force, or refused.",
            ("outcome",),
            registry=self.registry,
        )
        self.blocks = Counter(
            "holdback_blocks",
            "Requests and streams that were refused on purpose: by the `policy`, the `firewall`, the `guardrail`, or "
            "because a `canary` came out.",
            ("by",),
            registry=self.registry,
        )
        self.attacks = Counter(
            "holdback_attacks", "Attacks that the firewall saw, by family.", ("family",), registry=self.registry
        )
        self.alerts = AlertMetrics(self.registry)
        self.spend = SpendMetrics(self.registry)
        self.inspect_seconds = Histogram(
            "holdback_inspect_request_seconds",
            "Time to inspect a request body.",
            buckets=(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
            registry=self.registry,
        )

    def count(self, direction: str, findings: Iterable[Finding]) -> None:
        """Count findings by entity and action."""
        for finding in findings:
            counter = self.findings if finding.enforced else self.monitored
            counter.labels(direction, finding.entity, finding.action.value).inc()

    def failed(self, error: GatewayError) -> None:
        """Count a request or a stream that failed."""
        self.failures.labels(error.code).inc()
        by = BLOCKS.get(type(error))
        if by is not None:
            self.blocks.labels(by).inc()

    def attack(self, families: Iterable[str]) -> None:
        """Count an attack by its families."""
        for family in families:
            self.attacks.labels(family).inc()

    def render(self) -> bytes:
        """The text exposition format; of all processes on this port together."""
        self.readings.take()
        if SHARED_METRICS not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
