"""Routes of usage: what was used and what it cost, rolled up; and the names of the people in it, to be erased."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from gateway.auth.roles import Role, may
from gateway.errors.admin import InvalidField, RoleDenied
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty, Query
from gateway.spend.prices import usd
from gateway.stores.tables.usage import Group, Used

DAYS_MAX = 400
SCANNED_MAX = 10_000
"""Groups of tags that one report reads."""
_COLUMNS = {
    "provider": ("provider",),
    "model": ("model", "provider"),
    "agent": ("agent",),
    "gateway": ("gateway",),
    "key": ("key_id",),
    "user": ("person",),
    "day": ("day",),
    "none": (),
}


class UsageQuery(Query):
    """Which days (UTC): the last of a `period`, or from `since` to `until`, both included. `by`: what to sum up by; a
    tag as `tag:team`. Filters: `agent`, `model`, `key`."""

    by: str = Field("model", pattern=r"^(provider|model|agent|gateway|key|user|day|none|tag:[a-z][a-z0-9_.-]{0,31})$")
    period: Literal["1d", "7d", "30d", "90d"] = "30d"
    since: date | None = None
    until: date | None = None
    agent: str = Field("", pattern=r"^[A-Za-z0-9._-]{0,64}$")
    model: str = Field("", max_length=128)
    key: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,64}$")
    limit: int = Field(100, ge=1, le=1000)


class Sums(Answer):
    """Sums. `estimated_requests`: those whose provider did not count the tokens; `unpriced_requests`: those of models
    without a price, which cost nothing here."""

    requests: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced_requests: int
    estimated_requests: int


class UsageRow(Sums):
    """One group; null is the one that nobody is named for. A user whose name was erased shows as a pseudonym."""

    group: str | None
    provider: str | None = None


class UsageAnswer(Answer):
    """A report, the dearest group first."""

    since: date
    until: date
    by: str
    data: list[UsageRow]
    total: Sums


class PersonBody(Body):
    """The name that clients send in `X-Holdback-User`."""

    user: str = Field(min_length=1, max_length=256)


class PersonErased(Answer):
    """Whether there was such a name."""

    erased: bool


async def usage(call: Call[Empty]) -> UsageAnswer:
    """What the caller's tenant used."""
    query, admin, services = call.query_as(UsageQuery), call.caller, call.services
    if query.by == "user" and not may(Role(admin.role), "usage.read_people"):
        raise RoleDenied
    until = query.until or call.now.date()
    since = query.since or until - timedelta(days=int(query.period[:-1]) - 1)
    if not timedelta(0) <= until - since < timedelta(days=DAYS_MAX):
        raise InvalidField(param="since")
    where = {"agent": query.agent, "model": query.model, "key_id": query.key}
    where = {column: value for column, value in where.items() if value}
    await services.metering.ledger.flush()
    tag = query.by.removeprefix("tag:") if query.by.startswith("tag:") else ""
    columns = ("tags",) if tag else _COLUMNS[query.by]
    days = f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}"
    store, tenant = services.stores.usage, admin.tenant_id
    groups = await store.report(tenant, *days, columns, SCANNED_MAX if tag else query.limit, where)
    (total,) = await store.report(tenant, *days, (), 1, where)
    rows = by_tag(groups, tag)[: query.limit] if tag else [_row(group, columns) for group in groups]
    if query.by == "user":
        names = await services.metering.ledger.names(tenant, [row.group for row in rows if row.group])
        rows = [row.model_copy(update={"group": names.get(row.group or "", row.group)}) for row in rows]
    return UsageAnswer(since=since, until=until, by=query.by, data=rows, total=Sums(**_sums(total.used)))


async def erase(call: Call[PersonBody]) -> PersonErased:
    """Erase a person's name; the sums stay, under a pseudonym."""
    admin, services = call.caller, call.services
    erased = await services.metering.ledger.erase(admin.tenant_id, call.body.user)
    services.control.events.emit(ControlEvent("usage.erase", admin.tenant_id, admin.id, "usage"))
    return PersonErased(erased=erased)


def by_tag(groups: list[Group], tag: str) -> list[UsageRow]:
    """Sums by the value of one tag; null for those that do not have it."""
    sums: dict[str | None, Used] = {}
    for group in groups:
        pairs = dict(pair.split("=", 1) for pair in group.by["tags"].split(",") if pair)
        value = pairs.get(tag)
        sums[value] = sums.get(value, Used()).plus(group.used)
    ordered = sorted(sums.items(), key=lambda item: (-item[1].cost_nano, -item[1].requests, item[0] or ""))
    return [UsageRow(group=value, **_sums(used)) for value, used in ordered]


def _row(group: Group, columns: tuple[str, ...]) -> UsageRow:
    named = group.by[columns[0]] if columns else ""
    provider = group.by["provider"] if len(columns) > 1 else None
    return UsageRow(group=named or None, provider=provider, **_sums(group.used))


def _sums(used: Used) -> dict[str, int | float]:
    return {
        "requests": used.requests,
        "input_tokens": used.input_tokens,
        "cached_tokens": used.cached_tokens,
        "cache_write_tokens": used.cache_write_tokens,
        "output_tokens": used.output_tokens,
        "cost_usd": usd(used.cost_nano),
        "unpriced_requests": used.unpriced,
        "estimated_requests": used.estimated,
    }


ROUTES = (
    AdminRoute(
        "GET", "/admin/usage", "usage.read", "What was used, rolled up", Empty, UsageAnswer, usage, query=UsageQuery
    ),
    AdminRoute(
        "DELETE", "/admin/usage/people", "usage.erase", "Erase a person's name", PersonBody, PersonErased, erase
    ),
)
