"""Scopes: what is inside, which one fails, what cannot be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.auth.scopes import Call, Scope, ScopeError, canonical, denied, model_allowed, read_scope

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
CALL = Call("/v1/chat/completions", "helpdesk", "10.1.2.3", MONDAY, "gpt-5-mini", "openai")
FULL: dict[str, Any] = {
    "providers": ["openai"],
    "models": ["gpt-5*"],
    "endpoints": ["/v1/chat/*"],
    "ip_cidrs": ["10.0.0.0/8", "2001:db8::/32"],
    "windows": [{"days": ["mon", "tue"], "start": "08:00", "end": "18:00", "zone": "Europe/London"}],
    "agents": ["helpdesk"],
    "max_cost_per_day_usd": 5,
    "detokenize": True,
}


def test_a_call_inside_every_scope_is_allowed() -> None:
    assert denied(read_scope(FULL), CALL) is None
    assert denied(Scope(), CALL) is None


@pytest.mark.parametrize(
    ("change", "scope"),
    [
        ({"provider": "anthropic"}, "providers"),
        ({"model": "gpt-4"}, "models"),
        ({"endpoint": "/v1/embeddings"}, "endpoints"),
        ({"ip": "11.0.0.1"}, "ip_cidrs"),
        ({"ip": "not an address"}, "ip_cidrs"),
        ({"at": datetime(2026, 11, 23, 18, 0, tzinfo=UTC)}, "windows"),
        ({"at": datetime(2026, 11, 25, 9, 0, tzinfo=UTC)}, "windows"),
        ({"agent": "other"}, "agents"),
    ],
)
def test_the_scope_that_fails_is_named(change: dict[str, Any], scope: str) -> None:
    assert denied(read_scope(FULL), replace(CALL, **change)) == scope


def test_an_address_in_ipv6_clothes_is_the_same() -> None:
    assert denied(read_scope({"ip_cidrs": ["10.0.0.0/8"]}), replace(CALL, ip="::ffff:10.1.2.3")) is None


def test_a_window_past_midnight_belongs_to_the_day_it_began_on() -> None:
    night = read_scope({"windows": [{"days": ["mon"], "start": "22:00", "end": "06:00", "zone": "UTC"}]})
    for day, hour, allowed in ((23, 23, True), (24, 5, True), (24, 6, False), (24, 23, False), (23, 5, False)):
        at = datetime(2026, 11, day, hour, 30 if hour != 6 else 0, tzinfo=UTC)
        assert (denied(night, replace(CALL, at=at)) is None) is allowed


def test_canonical_form_is_one_and_comes_back() -> None:
    scope = read_scope(FULL)
    assert canonical(scope) == canonical(read_scope({**FULL, "models": ["gpt-5*", "gpt-5*"]}))
    assert canonical(Scope()) == "{}"


@pytest.mark.parametrize(
    "values",
    [
        {"model": ["x"]},
        {"models": "x"},
        {"models": [""]},
        {"models": [7]},
        {"models": ["x"] * 101},
        {"ip_cidrs": ["10.0.0.1/8"]},
        {"ip_cidrs": ["x"]},
        {"windows": [{"days": ["monday"]}]},
        {"windows": [{"start": "8:00"}]},
        {"windows": [{"start": "08:00", "end": "08:00"}]},
        {"windows": [{"zone": "Mars/Base"}]},
        {"windows": [{"zone": "../../etc/passwd"}]},
        {"windows": {}},
        {"max_cost_per_day_usd": -1},
        {"max_cost_per_day_usd": True},
        {"detokenize": "yes"},
    ],
)
def test_what_cannot_be_used_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ScopeError):
        read_scope(values)


@pytest.mark.parametrize(
    ("model", "allow", "deny", "allowed"),
    [
        ("a", (), (), True),
        ("a", ("a",), ("a",), False),
        ("a", ("b*",), (), False),
        ("a-1", ("a-*",), (), True),
        ("a-1", (), ("*-1",), False),
    ],
)
def test_the_deny_list_wins(model: str, allow: tuple[str, ...], deny: tuple[str, ...], allowed: bool) -> None:
    assert model_allowed(model, allow, deny) is allowed
