"""What is told of rates and budgets: metrics, the log, and events of the record, of which alerts are made.

Anybody can make refusals, as many as they like: of one kind for one owner there is one event in `PAUSE_SECONDS`, with
how many there were.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from gateway.audit.event import AuditEvent, Kind, Value
from gateway.errors.audit import AuditUnavailable
from gateway.metering.visit import Visit
from gateway.observe.log import logger
from gateway.observe.metrics import Metrics
from gateway.spend.gates import Purse, Rate, Refusal, warnings
from gateway.spend.prices import usd
from gateway.stores.tables.usage import Used

PAUSE_SECONDS = 10.0
OWNERS_MAX = 10_000


class Notes:
    """One a process. `note`: takes an event into the record."""

    def __init__(self, note: Callable[[AuditEvent], object], metrics: Metrics) -> None:
        self._note, self._metrics = note, metrics
        self._told: dict[tuple[str, ...], tuple[float, int]] = {}

    def refused(self, visit: Visit, refused: Refusal) -> None:
        """A request did not pass."""
        gate = refused.gate
        kind = "rate" if isinstance(gate, Rate) else "budget" if isinstance(gate, Purse) else "streams"
        self._metrics.spend.limited.labels(kind, gate.name).inc()
        fields: dict[str, Value] = {"scope": gate.name, "outcome": "held" if refused.is_held else "refused"}
        if isinstance(gate, Purse):
            fields["cost_usd"] = usd(gate.cap)
        self._event(Kind.BUDGET if isinstance(gate, Purse) else Kind.RATE_LIMIT, visit, gate.key, fields)

    def fell_back(self, visit: Visit, refused: Refusal) -> None:
        """Another agent serves in the place of one whose budget is spent."""
        self._metrics.spend.limited.labels("fallback", refused.gate.name).inc()
        fields: dict[str, Value] = {"scope": refused.gate.name, "outcome": "fallback"}
        self._event(Kind.BUDGET, visit, refused.gate.key + " fallback", fields)

    def spent(self, visit: Visit) -> None:
        """A request passed; purses that only warn may be spent."""
        for purse, _ in warnings(visit.entry, visit.outcome):
            self._metrics.spend.limited.labels("warning", purse.name).inc()
            fields: dict[str, Value] = {"scope": purse.name, "outcome": "warning", "cost_usd": usd(purse.cap)}
            self._event(Kind.BUDGET, visit, purse.key, fields)

    def unchecked(self, visit: Visit) -> None:
        """A request passed unchecked, as the settings say for when the store is away."""
        self._metrics.spend.unchecked.inc()
        logger().warning("limits_unchecked")
        self._event(Kind.RATE_LIMIT, visit, "unchecked", {"outcome": "unchecked"})

    def used(self, provider: str, used: Used) -> None:
        """An answer was counted."""
        self._metrics.spend.tokens.labels(provider, "input").inc(used.input_tokens)
        self._metrics.spend.tokens.labels(provider, "output").inc(used.output_tokens)
        self._metrics.spend.cost.labels(provider).inc(usd(used.cost_nano))
        if used.unpriced:
            self._metrics.spend.unpriced.labels(provider).inc()

    def _event(self, kind: Kind, visit: Visit, about: str, fields: dict[str, Value]) -> None:
        key, now = (kind.value, visit.coming.subject.tenant, about), time.monotonic()
        until, count = self._told.get(key, (0.0, 0))
        if now < until:
            self._told[key] = until, count + 1
            return
        if len(self._told) >= OWNERS_MAX:
            self._told = {name: told for name, told in self._told.items() if now < told[0]}
        if len(self._told) < OWNERS_MAX:
            self._told[key] = now + PAUSE_SECONDS, 0
        subject = visit.coming.subject
        who: dict[str, Value] = {"agent": subject.agent, "key_id": subject.key, "endpoint": subject.route}
        told = {**{name: value for name, value in who.items() if value}, **fields, "count": count + 1}
        # What was decided stands, whether it can be recorded or not; that it cannot is in the log.
        with suppress(AuditUnavailable):
            self._note(AuditEvent(kind, subject.tenant, time.time_ns() // 1000, "", told))
