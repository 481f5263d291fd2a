"""What a key may do: providers, models, cost, addresses, hours, endpoints, restoring.

A scope that is not set does not limit. `denied` answers the name of the first scope that a call is outside of, so that
a refusal can say which. The canonical form is what the key's MAC is over.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.auth.addresses import Networks

ITEMS_MAX = 100
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_KEYS = frozenset(
    {"providers", "models", "endpoints", "ip_cidrs", "windows", "max_cost_per_day_usd", "detokenize", "agents"}
)


class ScopeError(Exception):
    """A scope that cannot be used. Its text names the field and the cure; it holds nothing secret."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the week in a zone; one that ends before it begins goes past midnight into the next day."""

    days: tuple[str, ...]
    start: str
    end: str
    zone: str


@dataclass(frozen=True, slots=True)
class Scope:
    """See the module. `models` and `endpoints` are globs; `detokenize` None leaves it to agent and policy."""

    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    ip_cidrs: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    agents: tuple[str, ...] = ()
    max_cost_per_day_usd: float | None = None
    detokenize: bool | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a request is, for scopes: `None` for what it does not have (a list of models has no model)."""

    endpoint: str
    agent: str
    ip: str
    at: datetime
    model: str | None = None
    provider: str | None = None


def denied(scope: Scope, call: Call) -> str | None:
    """The name of the first scope that the call is outside of; None when it is inside all of them."""
    if scope.agents and call.agent not in scope.agents:
        return "agents"
    if scope.endpoints and not _any_glob(scope.endpoints, call.endpoint):
        return "endpoints"
    if scope.ip_cidrs and not _inside(call.ip, scope.ip_cidrs):
        return "ip_cidrs"
    if scope.windows and not any(_open(window, call.at) for window in scope.windows):
        return "windows"
    if scope.models and call.model is not None and not _any_glob(scope.models, call.model):
        return "models"
    if scope.providers and call.provider is not None and call.provider not in scope.providers:
        return "providers"
    return None


def model_allowed(model: str, allow: Iterable[str], deny: Iterable[str]) -> bool:
    """Lists of an agent, over the real name of a model (aliases are resolved before): the deny list always wins, an
    empty allow list allows every model."""
    allow = tuple(allow)
    return not _any_glob(deny, model) and (not allow or _any_glob(allow, model))


def canonical(scope: Scope) -> str:
    """One text for one scope: what is set, sorted, without spaces."""
    values: dict[str, Any] = {}
    for name in ("providers", "models", "endpoints", "ip_cidrs", "agents"):
        if items := getattr(scope, name):
            values[name] = sorted(set(items))
    if scope.windows:
        values["windows"] = [
            {"days": list(window.days), "start": window.start, "end": window.end, "zone": window.zone}
            for window in scope.windows
        ]
    for name in ("max_cost_per_day_usd", "detokenize"):
        if (value := getattr(scope, name)) is not None:
            values[name] = value
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def read_scope(values: Mapping[str, Any]) -> Scope:
    """A scope from JSON.

    Raises:
        ScopeError: unknown field, wrong type, a range of addresses, zone or hour that does not exist.
    """
    unknown = sorted(set(values) - _KEYS)
    if unknown:
        raise ScopeError(f"unknown scope {unknown[0][:40]!r}; known: {', '.join(sorted(_KEYS))}")
    lists = {name: texts(values, name) for name in ("providers", "models", "endpoints", "ip_cidrs", "agents")}
    for cidr in lists["ip_cidrs"]:
        try:
            ipaddress.ip_network(cidr)
        except ValueError:
            raise ScopeError("ip_cidrs: a network is written like 10.0.0.0/8, without host bits") from None
    windows = values.get("windows", [])
    if not isinstance(windows, list) or len(windows) > ITEMS_MAX:
        raise ScopeError("windows: a list is expected")
    cost = values.get("max_cost_per_day_usd")
    if cost is not None and (isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost <= 1e9):
        raise ScopeError("max_cost_per_day_usd: a number from 0 to 1e9 is expected")
    detokenize = values.get("detokenize")
    if detokenize is not None and not isinstance(detokenize, bool):
        raise ScopeError("detokenize: true or false is expected")
    return Scope(
        windows=tuple(map(_window, windows)),
        max_cost_per_day_usd=None if cost is None else float(cost),
        detokenize=detokenize,
        **lists,
    )


def loaded(written: str) -> Scope:
    """A scope from its canonical form.

    Raises:
        ScopeError: it is none.
    """
    try:
        values = json.loads(written)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ScopeError("no scope")
    return read_scope(values)


def texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts, as scopes and agents have them.

    Raises:
        ScopeError: it is none, or too long.
    """
    items = values.get(name, [])
    if not isinstance(items, list) or len(items) > ITEMS_MAX:
        raise ScopeError(f"{name}: a list of at most {ITEMS_MAX} texts is expected")
    if not all(isinstance(item, str) and 0 < len(item) <= 200 for item in items):
        raise ScopeError(f"{name}: texts of 1 to 200 characters are expected")
    return tuple(items)


def _window(value: Any) -> Window:
    if not isinstance(value, dict) or set(value) - {"days", "start", "end", "zone"}:
        raise ScopeError("windows: each has days, start, end and zone")
    days, start, end = value.get("days", list(DAYS)), value.get("start", "00:00"), value.get("end", "24:00")
    if not isinstance(days, list) or not days or not all(day in DAYS for day in days):
        raise ScopeError(f"windows: days are of {', '.join(DAYS)}")
    if not all(isinstance(time, str) and _TIME.fullmatch(time) for time in (start, end)) or start == end:
        raise ScopeError("windows: start and end are different times like 08:30")
    zone = value.get("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ScopeError("windows: the zone is one of the IANA list, like Europe/Berlin") from None
    return Window(tuple(days), start, end, zone)


def _open(window: Window, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(window.zone))
    time, today = f"{local.hour:02}:{local.minute:02}", DAYS[local.weekday()]
    if window.start < window.end:
        return today in window.days and window.start <= time < window.end
    yesterday = DAYS[local.weekday() - 1]
    return (today in window.days and time >= window.start) or (yesterday in window.days and time < window.end)


def _any_glob(globs: Iterable[str], name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _inside(ip: str, cidrs: tuple[str, ...]) -> bool:
    return ip in _networks(cidrs)


@lru_cache(4096)
def _networks(cidrs: tuple[str, ...]) -> Networks:
    return Networks(cidrs)
