"""Rules become gates, and outcomes become answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.spend.gates import Entry, Outcome, Purse, PurseState, Rate, RateState, Slots, rate_limit_fields, refusal
from gateway.spend.gates import warnings as spent_ones
from gateway.spend.rules import (
    Budget,
    By,
    OnSpent,
    Owned,
    Period,
    RateRule,
    Rules,
    StreamRule,
    Subject,
    bounds,
    client_of,
    entry_of,
)

NOW = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
SUBJECT = Subject("t", "g", "a", "k", "192.0.2.1", "/v1/chat/completions")


@pytest.mark.parametrize("by", By)
def test_a_rule_counts_together_what_it_says(by: By) -> None:
    def key(**more: str) -> str:
        values = {name: getattr(SUBJECT, name) for name in ("tenant", "gateway", "agent", "key", "client", "route")}
        subject = Subject(**{**values, **more})
        return entry_of(Rules(rates=(RateRule("r", by, 5, 60),)), subject, "t1", NOW).rates[0].key

    changes = {
        By.TENANT: {"tenant": "u"},
        By.GATEWAY: {"gateway": "h"},
        By.AGENT: {"agent": "b"},
        By.KEY: {"key": "l"},
        By.CLIENT: {"client": "192.0.2.2"},
        By.ROUTE: {"route": "/v1/messages"},
    }
    same = key()
    for other, change in changes.items():
        apart = other is by or (other is By.TENANT and by not in (By.ALL, By.CLIENT))
        assert (key(**change) != same) is apart, other


def test_names_never_run_into_one_another() -> None:
    rules = Rules(rates=(RateRule("r", By.AGENT, 5, 60),))
    one, two = (entry_of(rules, Subject(t, agent=a), "x", NOW).rates[0].key for t, a in (("a", "b:c"), ("a:b", "c")))
    assert one != two


def test_routes_choose_and_streams_are_counted_for_streams_only() -> None:
    rules = Rules((RateRule("r", By.ALL, 5, 60, ("/v1/emb*",)),), (StreamRule("s", By.KEY, 2),))
    assert entry_of(rules, SUBJECT, "x", NOW).is_free
    assert entry_of(rules, SUBJECT, "x", NOW, is_stream=True).slots[0].most == 2
    assert entry_of(rules, Subject("t", route="/v1/embeddings"), "x", NOW).rates[0].name == "r"
    assert not entry_of(rules, Subject("t", route="/v1/embeddings"), "x", NOW, rated=False).rates


def test_budgets_make_purses_of_the_periods_that_are_capped() -> None:
    rules = Rules(
        gateway=Budget(daily=100, monthly=1000),
        agents={"a": Budget(daily=10, on_spent=OnSpent.FALLBACK, fallback="cheap", fallback_model="mini")},
        each_agent=Budget(daily=99),
        each_key=Budget(monthly=7, on_spent=OnSpent.WARN),
    )
    entry = entry_of(rules, SUBJECT, "x", NOW, reserve=5)
    assert [(p.name, p.cap, p.blocks, p.fallback) for p in entry.purses] == [
        ("gateway day", 100, True, None),
        ("gateway month", 1000, True, None),
        ("agent day", 10, True, ("cheap", "mini")),
        ("key month", 7, False, None),
    ]
    assert entry.purses[2].owner == (("tenant", "t"), ("agent", "a"))
    assert (entry.purses[1].first_day, entry.purses[0].first_day) == ("2026-11-01", "2026-11-24")
    assert entry_of(rules, Subject("t", agent="b"), "x", NOW, reserve=5).purses[2].cap == 99
    assert entry_of(rules, SUBJECT, "x", NOW).purses == ()
    owned = entry_of(rules, SUBJECT, "x", NOW, reserve=5, owned=[Owned(By.KEY, Budget(daily=3))])
    assert [(p.name, p.cap) for p in owned.purses][-1] == ("key day", 3)
    scope = Owned(By.KEY, Budget(daily=2), "max_cost_per_day_usd")
    beside = entry_of(rules, SUBJECT, "x", NOW, reserve=5, owned=[scope]).purses
    assert [(p.name, p.cap) for p in beside][-2:] == [("key month", 7), ("max_cost_per_day_usd", 2)]
    assert len({purse.key for purse in beside}) == len(beside)


def test_periods_are_those_of_utc() -> None:
    assert bounds(Period.DAY, NOW) == ("2026-11-24", int(datetime(2026, 11, 25, tzinfo=UTC).timestamp()))
    assert bounds(Period.MONTH, NOW)[1] == int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
    december = datetime(2026, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
    assert bounds(Period.MONTH, december) == ("2027-01-01", int(datetime(2027, 2, 1, tzinfo=UTC).timestamp()))


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, client: str) -> None:
    assert client_of(address) == client


RATE, SLOTS = Rate("r", "per-client", 2, 60), Slots("s", "streams", 1)
PURSE = Purse("p", "agent day", 100, 5000)


def test_the_longest_wait_is_the_one_to_name() -> None:
    entry = Entry("x", (RATE,), (SLOTS,), (PURSE,))
    at_us = 4000 * 1_000_000
    room = Outcome(False, at_us, (RateState(2, 1_500_001),), (1,), (PurseState(0, 0),))
    found = refusal(entry, room)
    assert found is not None
    assert (found.gate, found.seconds) == (RATE, 2), "never sooner than there is room"
    spent = refusal(entry, Outcome(False, at_us, (RateState(2, 5),), (1,), (PurseState(100, 0),)))
    assert spent is not None
    assert (spent.gate, spent.seconds, spent.is_held) == (PURSE, 1000, False)
    held = refusal(entry, Outcome(False, at_us, (RateState(1, 5),), (0,), (PurseState(99, 1),)))
    assert held is not None
    assert (held.gate, held.seconds, held.is_held) == (PURSE, 1, True)
    assert refusal(entry, Outcome(False, at_us, (RateState(2, 5),), (0,), (None,))) is None


def test_a_purse_that_warns_is_told() -> None:
    warns = Purse("w", "key day", 100, 5000, blocks=False)
    entry = Entry("x", purses=(PURSE, warns))
    outcome = Outcome(True, 0, (), (), (PurseState(50, 0), PurseState(90, 10)))
    assert spent_ones(entry, outcome) == [(warns, PurseState(90, 10))]


def test_fields_are_lists_of_structured_items() -> None:
    """RFC 9651: quoted strings with integer parameters."""
    other = Rate("o", "per-key", 9, 3600)
    entry = Entry("x", (RATE, other))
    fields = rate_limit_fields(entry, Outcome(True, 0, (RateState(1, 30_000_001), RateState(0, 0))))
    assert fields == {
        "RateLimit-Policy": '"per-client";q=2;w=60, "per-key";q=9;w=3600',
        "RateLimit": '"per-client";r=0;t=31, "per-key";r=8;t=3600',
    }
    item = r'"[\x20-\x7e]*"(;[a-z]+=\d+)+'
    assert all(re.fullmatch(f"{item}(, {item})*", value) for value in fields.values())
    refused = Outcome(False, 0, (RateState(2, 10), RateState(3, 60_000_000)))
    assert rate_limit_fields(entry, refused)["RateLimit"] == '"per-client";r=0;t=1, "per-key";r=6;t=60'
    assert rate_limit_fields(Entry("x"), Outcome(True, 0)) == {}
