"""Who has which budgets and rates, and the gates that follow for one request."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from gateway.spend.gates import Entry, Purse, Rate, Slots
from gateway.spend.prices import nano

IPV6_PREFIX = 64
"""Of an address of version 6 that much names a client: whoever has one has all that begin so (RFC 6177)."""


class By(Enum):
    """Whose requests a rule counts together. ALL: everybody's. ROUTE: those to one endpoint."""

    ALL = "all"
    TENANT = "tenant"
    GATEWAY = "gateway"
    AGENT = "agent"
    KEY = "key"
    CLIENT = "client"
    ROUTE = "route"


class OnSpent(Enum):
    """What happens when a budget is spent. FALLBACK: another agent serves, by its own budgets."""

    BLOCK = "block"
    WARN = "warn"
    FALLBACK = "fallback"


class Period(Enum):
    """Budgets begin anew at midnight UTC, of each day or of the first of each month."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class RateRule:
    """At most `most` requests in any `seconds`; on `routes` (globs of endpoints, all when empty)."""

    name: str
    by: By
    most: int
    seconds: int
    routes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamRule:
    """At most `most` streams open at a time."""

    name: str
    by: By
    most: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Nano-dollars of a day and of a month; None for no cap."""

    daily: int | None = None
    monthly: int | None = None
    on_spent: OnSpent = OnSpent.BLOCK
    fallback: str = ""
    fallback_model: str = ""

    def caps(self) -> Iterator[tuple[Period, int]]:
        """What is capped."""
        for period, cap in ((Period.DAY, self.daily), (Period.MONTH, self.monthly)):
            if cap is not None:
                yield period, cap


NO_BUDGET = Budget()
USD_MAX = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")


def read_budget(values: Any) -> Budget:
    """A budget from JSON: `daily_usd`, `monthly_usd`, `when_spent`, `fallback`, `fallback_model`.

    Raises:
        ValueError: with what is wrong, in our own words.
    """
    known = {"daily_usd", "monthly_usd", "when_spent", "fallback", "fallback_model"}
    if not isinstance(values, Mapping) or set(values) - known:
        raise ValueError(f"budget: known are {', '.join(sorted(known))}")
    caps = [values.get(name) for name in ("daily_usd", "monthly_usd")]
    for cap in caps:
        if cap is not None and (isinstance(cap, bool) or not isinstance(cap, int | float) or not 0 <= cap <= USD_MAX):
            raise ValueError(f"budget: US dollars from 0 to {USD_MAX}")
    on_spent, fallback, model = (
        values.get(n, d) for n, d in (("when_spent", "block"), ("fallback", ""), ("fallback_model", ""))
    )
    if on_spent not in {one.value for one in OnSpent}:
        raise ValueError("budget: when_spent is block, warn or fallback")
    if not isinstance(fallback, str) or (fallback and not _NAME.fullmatch(fallback)):
        raise ValueError("budget: fallback is the name of an agent")
    if not isinstance(model, str) or (model and not _MODEL.fullmatch(model)):
        raise ValueError("budget: fallback_model is the name of a model")
    if (on_spent == OnSpent.FALLBACK.value) != bool(fallback):
        raise ValueError("budget: `when_spent: fallback` and `fallback` belong together")
    daily, monthly = (None if cap is None else nano(cap) for cap in caps)
    return Budget(daily, monthly, OnSpent(on_spent), fallback, model)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of an installation. `agents`: budgets by name; `each_agent`, `each_key`: of those that have none."""

    rates: tuple[RateRule, ...] = ()
    streams: tuple[StreamRule, ...] = ()
    gateway: Budget = NO_BUDGET
    agents: Mapping[str, Budget] = field(default_factory=dict)
    each_agent: Budget = NO_BUDGET
    each_key: Budget = NO_BUDGET


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks for what: ids as authenticated (`""` where there is none), the client's address, the endpoint."""

    tenant: str
    gateway: str = ""
    agent: str = ""
    key: str = ""
    client: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """A budget that somebody has in a store: in the place of the one that the rules give, or with a name of its own
    beside it."""

    by: By
    budget: Budget
    name: str = ""


def entry_of(
    rules: Rules,
    subject: Subject,
    ticket: str,
    now: datetime,
    *,
    owned: Sequence[Owned] = (),
    is_stream: bool = False,
    reserve: int | None = None,
    rated: bool = True,
) -> Entry:
    """The gates of a request.

    Args:
        rules: of the installation.
        subject: who asks for what.
        ticket: its name.
        now: UTC.
        owned: budgets of its gateway, agent or key that a store knows.
        is_stream: whether it asks for a stream.
        reserve: nano-dollars that it holds; None for what costs nothing.
        rated: whether rates count it (not when it was counted before).
    """
    rates = tuple(_rates(rules.rates, subject)) if rated else ()
    slots = tuple(
        Slots(_key("streams", rule.name, *_who(rule.by, subject)), rule.name, rule.most)
        for rule in rules.streams
        if is_stream
    )
    purses = () if reserve is None else tuple(_purses(rules, subject, now, owned))
    return Entry(ticket, rates, slots, purses, reserve or 0)


def _rates(rules: Sequence[RateRule], subject: Subject) -> Iterator[Rate]:
    for rule in rules:
        if not rule.routes or any(fnmatchcase(subject.route, glob) for glob in rule.routes):
            # The window is part of the name: a counter is never read by another rule than it was written by.
            key = _key("rate", rule.name, str(rule.seconds), *_who(rule.by, subject))
            yield Rate(key, rule.name, rule.most, rule.seconds)


def _who(by: By, subject: Subject) -> tuple[str, ...]:
    """What counts together under a rule; of one tenant only, but for all and for clients, who are nobody's yet."""
    if by is By.ALL:
        return ()
    if by is By.CLIENT:
        return (client_of(subject.client),)
    if by is By.TENANT:
        return (subject.tenant,)
    own = {By.GATEWAY: subject.gateway, By.AGENT: subject.agent, By.KEY: subject.key, By.ROUTE: subject.route}
    return (subject.tenant, own[by])


def _purses(rules: Rules, subject: Subject, now: datetime, owned: Sequence[Owned]) -> Iterator[Purse]:
    budgets = {
        (By.GATEWAY, ""): rules.gateway,
        (By.AGENT, ""): rules.agents.get(subject.agent, rules.each_agent),
        (By.KEY, ""): rules.each_key,
    } | {(one.by, one.name): one.budget for one in owned}
    columns = {By.GATEWAY: "gateway", By.AGENT: "agent", By.KEY: "key_id"}
    for (by, name), budget in budgets.items():
        if budget.daily is None and budget.monthly is None:
            continue
        who = _who(by, subject)
        for period, cap in budget.caps():
            first, ends_at = bounds(period, now)
            yield Purse(
                _key("purse", name or by.value, first, period.value, *who),
                name or f"{by.value} {period.value}",
                cap,
                ends_at,
                budget.on_spent is not OnSpent.WARN,
                (budget.fallback, budget.fallback_model) if budget.on_spent is OnSpent.FALLBACK else None,
                (("tenant", subject.tenant), (columns[by], who[1])),
                first,
            )


def bounds(period: Period, now: datetime) -> tuple[str, int]:
    """The first day of the period that a moment is in, and when it ends, in seconds since 1970."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.DAY:
        return f"{day:%Y-%m-%d}", int((day + timedelta(days=1)).timestamp())
    first = day.replace(day=1)
    return f"{first:%Y-%m-%d}", int((first + timedelta(days=32)).replace(day=1).timestamp())


def client_of(address: str) -> str:
    """The name of a client by its address: the address, or the network of one of version 6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))


def _key(*parts: str) -> str:
    """One name for some parts, never the same for others: each with its length."""
    return ":".join(f"{len(part)}.{part}" for part in parts)
