"""What `/metrics` exposes, by the names that it has there: for the reference page, dashboards and rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase


@dataclass(frozen=True, slots=True)
class Exposed:
    """One metric. `name`: as it is exposed; of a histogram, what stands before `_bucket`, `_sum` and `_count`."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    def series(self) -> dict[str, tuple[str, ...]]:
        """The names that can be asked for, each with its labels."""
        if self.kind != "histogram":
            return {self.name: self.labels}
        return {
            f"{self.name}_bucket": (*self.labels, "le"),
            f"{self.name}_sum": self.labels,
            f"{self.name}_count": self.labels,
        }


def exposed(registry: CollectorRegistry) -> Iterator[Exposed]:
    """Everything in a registry of this library's own metrics, in the order in which it was made."""
    for collector in registry._collector_to_names:  # noqa: SLF001 - it has no other way to tell
        assert isinstance(collector, MetricWrapperBase)  # noqa: S101 - nothing else is registered
        labels = tuple(collector._labelnames)  # noqa: SLF001
        for family in collector.describe():
            name = f"{family.name}_total" if family.type == "counter" else family.name
            yield Exposed(name, family.type, labels, family.documentation)
