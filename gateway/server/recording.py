"""What the request path puts on record: findings, attacks, blocks and kills. Never a value."""

from __future__ import annotations

import time
from contextlib import suppress

from aiohttp import web

from gateway.audit.event import SYSTEM, AuditEvent, Kind, Value
from gateway.audit.log import Recorder
from gateway.audit.opened import Audit
from gateway.errors import GatewayError
from gateway.errors.audit import AuditUnavailable
from gateway.errors.firewall import CanaryLeaked, FirewallBlocked
from gateway.errors.policy import PolicyBlock
from gateway.inspection.guard import Attack
from gateway.verdict import Action, Direction, Finding

RECORDER = web.RequestKey("recorder", Recorder)
FAILURES_SECONDS = 10
_KINDS: dict[type[GatewayError], Kind] = {
    CanaryLeaked: Kind.KILL,
    FirewallBlocked: Kind.BLOCK,
    PolicyBlock: Kind.BLOCK,
}


def note_findings(recorder: Recorder, direction: Direction, channel: str, findings: tuple[Finding, ...]) -> None:
    """Each finding: entity, place, recognizer, confidence, what was done."""
    for finding in findings:
        fields: dict[str, Value] = {
            "entity": finding.entity,
            "start": finding.start,
            "end": finding.end,
            "recognizer": finding.recognizer,
            "confidence": round(finding.score, 3),
            "action": finding.action.value,
            "direction": direction.value,
            "channel": channel,
            "enforced": finding.enforced,
        }
        recorder.note(Kind.RESTORE if finding.action is Action.RESTORE else Kind.REDACTION, fields)


def note_attack(recorder: Recorder, attack: Attack) -> None:
    """What the firewall saw."""
    recorder.note(Kind.FIREWALL, {"channel": attack.path, "score": attack.score, "families": " ".join(attack.families)})


async def note_refusal(recorder: Recorder, error: GatewayError) -> None:
    """A request or an answer that was blocked or killed; other errors are no matter of the record."""
    kind = _KINDS.get(type(error))
    if kind is not None:
        # It has been refused already: that it could not be recorded as well is in the log.
        with suppress(AuditUnavailable):
            recorder.note(kind, {"code": error.code, "channel": error.param or ""})
            await recorder.durable()


class FailedLogins:
    """Unauthenticated failures, which anybody can make: one event for all of ten seconds, with their number."""

    def __init__(self) -> None:
        self._count, self._next = 0, 0.0

    def note(self, audit: Audit, code: str, now: float) -> None:
        """One more; `now` in seconds of any clock."""
        self._count += 1
        if now < self._next:
            return
        fields: dict[str, Value] = {"code": code, "count": self._count}
        with suppress(AuditUnavailable):
            audit.log.note(AuditEvent(Kind.AUTH_FAILURE, SYSTEM, time.time_ns() // 1000, "", fields))
        self._count, self._next = 0, now + FAILURES_SECONDS
