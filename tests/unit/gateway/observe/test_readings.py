"""Numbers that rooms keep, read for the metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.errors import all_errors
from gateway.errors.firewall import CanaryLeaked
from gateway.errors.policy import PolicyBlock
from gateway.errors.stores import StoreUnavailable
from gateway.observe.catalogue import exposed
from gateway.observe.metrics import BLOCKS, Metrics
from gateway.observe.readings import Readings, resident_bytes


def test_a_sum_grows_by_what_is_new_and_a_number_that_began_anew_counts_from_nothing() -> None:
    registry, readings, numbers = CollectorRegistry(), Readings(), {"n": 0, "depth": 7}
    readings.sum(Counter("hits", "-", registry=registry), lambda: numbers["n"])
    readings.gauge(Gauge("depth", "-", registry=registry), lambda: numbers["depth"])
    for number in (5, 5, 9, 2, 3):  # after the 9 a new generation began
        numbers["n"] = number
        readings.take()
    assert registry.get_sample_value("hits_total") == 9 + 3
    assert registry.get_sample_value("depth") == 7


def test_memory_is_that_of_this_process() -> None:
    assert resident_bytes() == 0 or 1 << 20 < resident_bytes() < 1 << 36


def test_refusals_on_purpose_are_blocks_and_others_are_not() -> None:
    metrics = Metrics()
    for error in (PolicyBlock(), CanaryLeaked(), StoreUnavailable()):
        metrics.failed(error)
    value = metrics.registry.get_sample_value
    assert value("holdback_blocks_total", {"by": "policy"}) == 1
    assert value("holdback_blocks_total", {"by": "canary"}) == 1
    assert value("holdback_failures_total", {"code": "store_unavailable"}) == 1
    refusing = {error for error in all_errors() if error.code.endswith(("_block", "_blocked_answer", "_leaked"))}
    assert refusing == set(BLOCKS)


def test_what_is_catalogued_is_what_is_exposed() -> None:
    metrics = Metrics()
    names = [line.split()[2] for line in metrics.render().decode().splitlines() if line.startswith("# TYPE")]
    assert sorted(one.name for one in exposed(metrics.registry)) == sorted(
        name for name in names if not name.endswith("_created")
    )
