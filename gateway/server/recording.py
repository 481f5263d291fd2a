"""What the request path puts on record: findings, attacks, blocks and kills. Never a value."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

from aiohttp import web

from gateway.audit.event import SYSTEM, AuditEvent, Kind, Value
from gateway.audit.log import Recorder
from gateway.audit.opened import Audit
from gateway.audit.uses import DATA_PLANE
from gateway.errors import GatewayError
from gateway.errors.audit import AuditUnavailable
from gateway.errors.firewall import CanaryLeaked, FirewallBlocked, GuardrailBlocked, GuardrailBlockedAnswer
from gateway.errors.policy import PolicyBlock
from gateway.inspection.engine import Engine
from gateway.inspection.exchange import Caller
from gateway.inspection.guard import Attack
from gateway.inspection.restoring import UNKNOWN
from gateway.verdict import Action, Direction, Finding
from policies.keys.when_unrecorded import KEY as WHEN_UNRECORDED
from policies.keys.when_unrecorded import OPEN
from policies.policy import Policy

RECORDER = web.RequestKey("recorder", Recorder)
FAILURES_SECONDS = 10
UNKNOWN_TOKENS = 5
"""So many words in one text that look like tokens and are none of its request are taken for a search."""
_KINDS: dict[type[GatewayError], Kind] = {
    CanaryLeaked: Kind.KILL,
    FirewallBlocked: Kind.BLOCK,
    GuardrailBlocked: Kind.BLOCK,
    GuardrailBlockedAnswer: Kind.BLOCK,
    PolicyBlock: Kind.BLOCK,
}


def begin_record(request: web.Request, audit: Audit, caller: Caller, engine: Engine, endpoint: str) -> None:
    """Who asks, of what, under which policy: on record ahead of whatever happens in the request."""
    about: dict[str, Value] = {
        "endpoint": endpoint,
        "policy": engine.policy.name,
        "catalogue": engine.fingerprint[:16],
        "agent": caller.agent,
        "key_id": caller.key_id,
    }
    fails_open = audit.fails_open or WHEN_UNRECORDED.of(engine.policy) == OPEN
    audit.uses.note(caller.tenant, caller.key_id, DATA_PLANE, datetime.now(UTC))
    request[RECORDER].begin(caller.tenant, caller.user or caller.subject, about, fails_open=fails_open)


def note_findings(
    recorder: Recorder, direction: Direction, channel: str, findings: tuple[Finding, ...], policy: Policy
) -> None:
    """Each finding: entity, place, recognizer, confidence, what was done, and the line of the policy that says so."""
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
        rule = policy.rule(finding.entity)
        if rule.place and finding.action not in (Action.RESTORE, Action.KEEP):
            fields |= {"rule": rule.place, "clause": rule.clause} if rule.clause else {"rule": rule.place}
        recorder.note(Kind.RESTORE if finding.action is Action.RESTORE else Kind.REDACTION, fields)
    unknown = sum(finding.recognizer == UNKNOWN for finding in findings)
    if unknown >= UNKNOWN_TOKENS:
        recorder.note(Kind.ENUMERATION, {"reason": "tokens", "count": unknown, "channel": channel})


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
    """Unauthenticated failures, which anybody can make: the first is on record at once, those of the next ten seconds
    as one event with their number."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._codes: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, code: str) -> None:
        """One more."""
        if self._timer is None:
            self._put(code, 1)
            self._timer = asyncio.get_running_loop().call_later(FAILURES_SECONDS, self._pass_on)
        else:
            self._codes[code] += 1

    async def close(self) -> None:
        """Put on record what was counted."""
        if self._timer is not None:
            self._timer.cancel()
            self._pass_on()

    def _pass_on(self) -> None:
        self._timer = None
        counted, self._codes = self._codes, Counter()
        for code, count in counted.items():
            self._put(code, count)

    def _put(self, code: str, count: int) -> None:
        fields: dict[str, Value] = {"code": code, "count": count}
        with suppress(AuditUnavailable):
            self._audit.log.note(AuditEvent(Kind.AUTH_FAILURE, SYSTEM, time.time_ns() // 1000, "", fields))
