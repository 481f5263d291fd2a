"""An alert, and how it is said: JSON for machines, Slack's, a mail, a line for a phone.

Law: it is made of names, codes and numbers of the record (`SHOWN`); nothing of a request's or an answer's text, no
address of a person, can get in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from gateway.alerts.rules import Rule
from gateway.audit.event import SYSTEM, AuditEvent

SHOWN = ("agent", "key_id", "code", "reason", "method", "target", "version", "endpoint", "scope", "outcome")
SMS_CHARS_MAX = 160
TEXT_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Alert:
    """What people are told.

    Args:
        id: the same in every attempt to deliver it: receivers may drop what they have seen.
        rule, severity, says: of the rule.
        tenant: id; `system` for none.
        at: when, ISO 8601 in UTC.
        events: how many it stands for.
        request_id: of the last of them, to find it in the record.
        details: of the last of them.
    """

    id: str
    rule: str
    severity: str
    says: str
    tenant: str = SYSTEM
    at: str = ""
    events: int = 1
    request_id: str = ""
    details: Mapping[str, str | int | float | bool] = field(default_factory=dict)

    def body(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=True)


def alert_of(id_: str, rule: Rule, event: AuditEvent, events: int) -> Alert:
    """The alert about an event, which stands for as many as `events`."""
    details = {name: _short(event.fields[name]) for name in SHOWN if name in event.fields}
    at = datetime.fromtimestamp(event.at_us / 1e6, UTC).isoformat(timespec="seconds")
    said = (rule.name, rule.severity.value, rule.says)
    return Alert(id_, *said, event.tenant or SYSTEM, at, events, event.request_id, details)


def read(body: str) -> Alert:
    """The alert that `Alert.body` wrote."""
    return Alert(**json.loads(body))


def headline(alert: Alert) -> str:
    """One line."""
    times = f" ({alert.events} times)" if alert.events > 1 else ""
    return f"[{alert.severity}] {alert.rule}: tenant {alert.tenant}{times}"


def lines(alert: Alert) -> str:
    """For people, in full."""
    shown = [alert.says, "", f"rule: {alert.rule}", f"severity: {alert.severity}", f"tenant: {alert.tenant}"]
    shown += [f"at: {alert.at}", f"events: {alert.events}"]
    shown += [f"{name}: {value}" for name, value in alert.details.items()]
    if alert.request_id:
        shown.append(f"request: {alert.request_id}")
    return "\n".join([*shown, f"alert: {alert.id}"])


def slack(alert: Alert) -> bytes:
    """The body of a Slack incoming webhook; what its markup would read is escaped."""
    text = f"*{headline(alert)}*\n{lines(alert)}"
    return json.dumps({"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}).encode()


def short(alert: Alert) -> str:
    """What fits in one SMS."""
    return f"Holdback {headline(alert)}: {alert.says}"[:SMS_CHARS_MAX]


def _short(value: str | float | bool) -> str | int | float | bool:
    return value[:TEXT_CHARS_MAX] if isinstance(value, str) else value
