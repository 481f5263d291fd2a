"""Which events alert, and that a burst alerts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.alerts.message import SHOWN, alert_of, headline, lines, read, short, slack
from gateway.alerts.rules import BY_NAME, RULES, Limit, Window, counted, rule_of, subject, times
from gateway.audit.event import FIELDS, AuditEvent, Kind, Value

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
QUIET = 900.0
EVENTS: dict[str, tuple[Kind, dict[str, Value]]] = {
    "canary": (Kind.KILL, {"code": "canary_leaked"}),
    "canary_in_request": (Kind.FIREWALL, {"reason": "canary_in_request"}),
    "theft": (Kind.THEFT, {"key_id": "k"}),
    "seal": (Kind.SEAL, {"reason": "denied"}),
    "keys": (Kind.KEY_REVOCATION, {"method": "kms.revoke", "version": 2}),
    "tampered": (Kind.ADMIN, {"method": "access.tampered"}),
    "enumeration": (Kind.ENUMERATION, {"key_id": "k"}),
    "blocks": (Kind.BLOCK, {"code": "firewall_block"}),
    "auth_failures": (Kind.AUTH_FAILURE, {"code": "invalid_api_key", "count": 7}),
    "rate_limit": (Kind.RATE_LIMIT, {"key_id": "k"}),
    "budget": (Kind.BUDGET, {"agent": "a"}),
    "guardrail": (Kind.FIREWALL, {"reason": "guardrail_unavailable"}),
    "audit": (Kind.AUDIT, {"method": "audit.record_behind"}),
}


def event(kind: Kind, **fields: Value) -> AuditEvent:
    return AuditEvent(kind, "t", 1_700_000_000_000_000, "req_1", fields, user="jane@example.com", ip="203.0.113.9")


@pytest.mark.parametrize("name", EVENTS)
def test_every_rule_has_its_events(name: str) -> None:
    kind, fields = EVENTS[name]
    rule = rule_of(event(kind, **fields))
    assert rule is not None
    assert rule.name == name
    assert {rule.name for rule in RULES} == set(EVENTS)


@pytest.mark.parametrize(
    "kind", [Kind.REDACTION, Kind.RESTORE, Kind.STREAM, Kind.UNSEAL, Kind.ADMIN, Kind.PRUNE, Kind.ERASURE]
)
def test_ordinary_events_alert_nobody(kind: Kind) -> None:
    assert rule_of(event(kind)) is None


def alerts(moments: list[float], limit: Limit, start: Window | None = None) -> list[int]:
    """The numbers that alerts tell, for events at these seconds."""
    window, told = start, []
    for at in moments:
        window, number = counted(window, 1, limit, NOW + timedelta(seconds=at), QUIET)
        told += [number] if number else []
    return told


def test_one_alert_for_a_burst_and_the_next_one_tells_what_it_left_out() -> None:
    assert alerts([0.1 * at for at in range(500)], Limit(1)) == [1]
    assert alerts([*range(500), QUIET + 1], Limit(1)) == [1, 500]


def test_a_rate_alerts_when_it_is_reached() -> None:
    limit = Limit(20, 60)
    assert alerts([3.0 * at for at in range(19)], limit) == []
    assert alerts([1.0 * at for at in range(40)], limit) == [20]
    assert alerts([50 + 0.5 * at for at in range(30)], limit, Window(NOW, 0, 0, NOW, 0)) == [20], "over the edge"
    assert alerts([4.0 * at for at in range(1000)], limit) == [], "fifteen a minute, for ever"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0, 5000), max_size=60), st.integers(1, 10), st.floats(1, 600))
def test_no_two_alerts_within_the_quiet_time(moments: list[float], events: int, seconds: float) -> None:
    window, last = None, None
    for at in sorted(moments):
        now = NOW + timedelta(seconds=at)
        window, number = counted(window, 1, Limit(events, seconds), now, QUIET)
        if number:
            assert last is None or now - last >= timedelta(seconds=QUIET)
            assert number >= events or number >= 1
            last = now
    assert events > 1 or last is not None or not moments


def test_events_that_are_told_together_count_together() -> None:
    assert times(event(Kind.AUTH_FAILURE, code="x", count=40)) == 40
    assert times(event(Kind.BLOCK)) == times(event(Kind.BLOCK, count=0)) == 1
    assert subject(event(Kind.BUDGET, agent="a", key_id="k")) == "a"


def test_an_alert_says_nothing_of_persons_or_texts() -> None:
    fields: dict[str, Value] = {name: f"<{name}>" for name in FIELDS}
    alert = alert_of("alt_1", BY_NAME["canary"], event(Kind.KILL, **fields), 3)
    assert read(alert.body()) == alert
    assert set(alert.details) == set(SHOWN) <= FIELDS
    for said in (alert.body(), lines(alert), headline(alert), short(alert), slack(alert).decode(), repr(alert)):
        assert "jane" not in said
        assert "203.0.113.9" not in said
        assert "<channel>" not in said
    assert len(short(alert)) <= 160
    assert "&lt;agent&gt;" in slack(alert).decode(), "its markup is not ours to write"
    assert "3 times" in headline(alert)
