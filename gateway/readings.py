"""Which numbers of which rooms are read for the metrics; plain wiring, like the composition root."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.access.opened import Access
from gateway.admission import Admission
from gateway.alerts.station import HEARD_MAX, Alerts
from gateway.audit.opened import Audit
from gateway.background import in_background
from gateway.control import Control
from gateway.inspection.memory import ScanMemory
from gateway.metering.ledger import ALIKE_MAX
from gateway.metering.opened import Metering
from gateway.models.pool import WorkerPool
from gateway.models.sidecar import Sidecar
from gateway.observe.events import ControlEvent
from gateway.observe.metrics import Metrics
from gateway.observe.readings import resident_bytes
from gateway.reload import Engines
from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Rooms:
    """What is read."""

    admission: Admission
    control: Control
    audit: Audit
    memory: ScanMemory
    access: Access
    metering: Metering
    engines: Engines
    alerts: Alerts
    model: WorkerPool | Sidecar | None


@asynccontextmanager
async def reading(metrics: Metrics, rooms: Rooms, settings: Settings) -> AsyncIterator[None]:
    """Read once a second while the block runs."""
    _caches(metrics, rooms)
    _queues(metrics, rooms, settings)
    readings, process = metrics.readings, metrics.process
    readings.gauge(process.draining, lambda: rooms.admission.is_announced)
    readings.gauge(process.memory, resident_bytes)
    readings.gauge(metrics.record.out, lambda: rooms.audit.log.is_out)
    readings.gauge(metrics.keys.sealed, lambda: len(rooms.control.keys.keyring.ring.seals.sealed()))
    rooms.control.events.attach(lambda event: _seals(metrics, event))
    readings.take()
    async with in_background("metrics", readings.watch(process.loop_lag)):
        yield


def _seals(metrics: Metrics, event: ControlEvent) -> None:
    if event.action == "kms.sealed":
        metrics.keys.seals.labels(str(event.details.get("reason", ""))).inc()
    elif event.action == "kms.unsealed":
        metrics.keys.unseals.inc()


def _caches(metrics: Metrics, rooms: Rooms) -> None:
    keys, memory, access, engines = rooms.control.keys.keyring.ring.cache, rooms.memory, rooms.access, rooms.engines
    caches: dict[str, tuple[Callable[[], int], Callable[[], int], Callable[[], int]]] = {
        "keys": (lambda: keys.hits, lambda: keys.misses, lambda: len(keys)),
        "scans": (lambda: memory.hits, lambda: memory.misses, lambda: len(memory)),
        "judgements": (
            lambda: memory.judgements.hits,
            lambda: memory.judgements.misses,
            lambda: len(memory.judgements),
        ),
        "access": (lambda: access.book.hits, lambda: access.book.misses, lambda: access.book.size),
        "policies": (
            lambda: engines.in_force.hits,
            lambda: engines.in_force.misses,
            lambda: engines.in_force.size,
        ),
    }
    for name, (hits, misses, entries) in caches.items():
        metrics.readings.sum(metrics.process.lookups.labels(name, "hit"), hits)
        metrics.readings.sum(metrics.process.lookups.labels(name, "miss"), misses)
        metrics.readings.gauge(metrics.process.entries.labels(name), entries)


def _queues(metrics: Metrics, rooms: Rooms, settings: Settings) -> None:
    log, ledger, alerts, model = rooms.audit.log, rooms.metering.ledger, rooms.alerts, rooms.model
    queues: dict[str, tuple[Callable[[], int], int]] = {
        "audit": (lambda: log.size, settings.audit.queue_events),
        "usage": (lambda: ledger.waiting, ALIKE_MAX),
        "alerts": (lambda: alerts.waiting, HEARD_MAX),
    }
    if model is not None:
        metrics.readings.sum(metrics.model.waited, lambda: model.waited_seconds)
        queues["tier3"] = (lambda: model.waiting, settings.tier3.queue_texts)
    for name, (length, limit) in queues.items():
        metrics.readings.gauge(metrics.process.queued.labels(name), length)
        metrics.process.room.labels(name).set(limit)
