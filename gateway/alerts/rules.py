"""Which events of the record are worth an alert, and when there are enough of them.

Laws kept here:
1. A rule reads the kind, the codes and the numbers of an event, and nothing else.
2. One alert for a burst: after it the same rule is quiet about the same thing for a while; what happens in that time is
   counted, and told by the next alert, should there be one.
3. Counting is by two windows: what happened in this one, and the part of the one before it that a window of the same
   length, ending now, would still see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from gateway.audit.event import AuditEvent, Kind


class Severity(Enum):
    """How urgent."""

    CRITICAL = "critical"
    HIGH = "high"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many events in so many seconds."""

    events: int = 1
    seconds: float = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """When people are told.

    Args:
        name: stable, for settings and receivers.
        severity: see `Severity`.
        says: one sentence, for people.
        matches: whether an event is one of these.
        limit: how many of them, unless the settings say otherwise.
    """

    name: str
    severity: Severity
    says: str
    matches: Callable[[AuditEvent], bool]
    limit: Limit = Limit()


@dataclass(frozen=True, slots=True)
class Window:
    """How often something happened: since `began_at`, in the window before, and untold since the last alert."""

    began_at: datetime
    events: int
    events_before: int
    quiet_until: datetime
    unsaid: int


AUDIT_OUTAGE = "audit.unavailable"
"""Of the control plane's events the one that is not recorded, for the record is what fails."""
_AUDIT_FAILURES = frozenset({AUDIT_OUTAGE, "audit.anchor_failed", "audit.record_behind"})
TEST = "test"
CANARY_IN_REQUEST = "canary_in_request"
GUARDRAIL_UNAVAILABLE = "guardrail_unavailable"
_CONTROL = frozenset({Kind.ADMIN, Kind.KEY_REVOCATION, Kind.ERASURE})
_DANGEROUS = frozenset({"kms.replace", "kms.revoke", "admins.add", "admins.change", "tenant.delete"})


def _of(*kinds: Kind) -> Callable[[AuditEvent], bool]:
    return lambda event: event.kind in kinds


def _firewall(reason: str) -> Callable[[AuditEvent], bool]:
    return lambda event: event.kind is Kind.FIREWALL and event.fields.get("reason") == reason


RULES = (
    Rule(
        "canary",
        Severity.CRITICAL,
        "The model began to repeat a canary of the system prompt; the answer was stopped before its first character.",
        lambda event: event.kind is Kind.KILL and event.fields.get("code") == "canary_leaked",
    ),
    Rule(
        CANARY_IN_REQUEST,
        Severity.HIGH,
        "A canary came in with a request: somebody has seen the system prompt. The next one is in force.",
        _firewall(CANARY_IN_REQUEST),
    ),
    Rule(
        "theft",
        Severity.CRITICAL,
        "A credential was used that should be used no more: it may be stolen.",
        _of(Kind.THEFT),
    ),
    Rule("seal", Severity.CRITICAL, "A tenant is sealed: its key service does not give its key.", _of(Kind.SEAL)),
    Rule(
        "keys",
        Severity.HIGH,
        "A tenant's key, its key service, an administrator or a tenant was changed or removed.",
        lambda event: event.kind in _CONTROL and event.fields.get("method") in _DANGEROUS,
    ),
    Rule(
        "tampered",
        Severity.CRITICAL,
        "A capability key in the database is not as it was written: somebody edited it.",
        lambda event: event.kind in _CONTROL and event.fields.get("method") == "access.tampered",
    ),
    Rule("enumeration", Severity.CRITICAL, "A key tries out values or tokens in bulk.", _of(Kind.ENUMERATION)),
    Rule("blocks", Severity.HIGH, "Many requests or answers are blocked.", _of(Kind.BLOCK), Limit(20, 60)),
    Rule("auth_failures", Severity.HIGH, "Many requests fail to authenticate.", _of(Kind.AUTH_FAILURE), Limit(50, 300)),
    Rule(
        "rate_limit", Severity.WARNING, "A rate limit is exceeded again and again.", _of(Kind.RATE_LIMIT), Limit(20, 60)
    ),
    Rule("budget", Severity.WARNING, "A budget is used up, or nearly so.", _of(Kind.BUDGET)),
    Rule(
        "guardrail",
        Severity.HIGH,
        "The guardrail of an application does not answer.",
        _firewall(GUARDRAIL_UNAVAILABLE),
        Limit(3, 300),
    ),
    Rule(
        "audit",
        Severity.CRITICAL,
        "The record cannot be written, cannot be anchored, or is shorter than it was.",
        lambda event: event.kind is Kind.AUDIT and event.fields.get("method") in _AUDIT_FAILURES,
    ),
)
BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}


def rule_of(event: AuditEvent) -> Rule | None:
    """The rule that an event belongs to, if any."""
    return next((rule for rule in RULES if rule.matches(event)), None)


def times(event: AuditEvent) -> int:
    """How often what an event tells of happened: some are told together."""
    count = event.fields.get("count", 1)
    return max(count, 1) if isinstance(count, int) else 1


def subject(event: AuditEvent) -> str:
    """What events are counted by within their tenant: an agent, a key, or nothing."""
    return str(event.fields.get("agent") or event.fields.get("key_id") or "")


def counted(known: Window | None, new: int, limit: Limit, now: datetime, quiet_seconds: float) -> tuple[Window, int]:
    """Count some events.

    Args:
        known: what was counted before.
        new: how many more.
        limit: of the rule.
        now: the time.
        quiet_seconds: after an alert.

    Returns:
        What is counted now, and how many events an alert tells of; 0 for no alert.
    """
    length = timedelta(seconds=limit.seconds)
    window = known or Window(now, 0, 0, now, 0)
    elapsed = now - window.began_at
    if elapsed >= 2 * length or elapsed < timedelta(0):
        window = replace(window, began_at=now, events=0, events_before=0)
    elif elapsed >= length:
        window = replace(window, began_at=window.began_at + length, events=0, events_before=window.events)
    window = replace(window, events=window.events + new)
    left = 1 - (now - window.began_at) / length
    seen = window.events + int(window.events_before * left)
    if now < window.quiet_until:
        return replace(window, unsaid=window.unsaid + new), 0
    if seen < limit.events:
        return window, 0
    return replace(window, unsaid=0, quiet_until=now + timedelta(seconds=quiet_seconds)), max(seen, window.unsaid + new)
