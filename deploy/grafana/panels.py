"""Panels and boards in Grafana's own JSON, out of a title and PromQL. Schema 39: Grafana 10.4 and later."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WHERE = 'job=~"$job",instance=~"$instance"'
ALL = f"{{{WHERE}}}"
COLUMNS = 24
Panel = dict[str, Any]
Query = tuple[str, str]
"""PromQL, and how its lines are called."""


def rate(metric: str, by: str = "", where: str = "") -> str:
    """Of a counter, a second, summed up."""
    labels = f"{WHERE},{where}" if where else WHERE
    return f"sum{f' by ({by})' if by else ''} (rate({metric}{{{labels}}}[$__rate_interval]))"


def increase(metric: str, by: str = "", where: str = "") -> str:
    """Of a counter, in the time that is shown, summed up."""
    labels = f"{WHERE},{where}" if where else WHERE
    return f"sum{f' by ({by})' if by else ''} (increase({metric}{{{labels}}}[$__range]))"


def ratio(part: str, whole: str) -> str:
    """A share; nothing where there is no whole."""
    return f"{part} / ({whole} > 0)"


def mean(seconds: str) -> str:
    """Of some seconds, those of a request."""
    return ratio(rate(seconds), rate("holdback_inspect_request_seconds_count"))


def total(metric: str, by: str = "") -> str:
    """Of a gauge, summed up."""
    return f"sum{f' by ({by})' if by else ''} ({metric}{{{WHERE}}})"


def percentiles(metric: str, by: str = "", *, levels: Sequence[float] = (0.5, 0.95, 0.99)) -> list[Query]:
    """Of a histogram."""
    groups = f"le, {by}" if by else "le"
    legend = f" {{{{{by}}}}}" if by else ""
    inner = f"sum by ({groups}) (rate({metric}_bucket{{{WHERE}}}[$__rate_interval]))"
    return [(f"histogram_quantile({level}, {inner})", f"p{level * 100:g}{legend}") for level in levels]


def row(title: str) -> Panel:
    """A headline; what follows it stands below it."""
    return {"type": "row", "title": title, "collapsed": False, "panels": []}


def one(
    title: str,
    query: str,
    about: str,
    *,
    unit: str = "short",
    red_below: float | None = None,
    red_from: float | None = None,
) -> Panel:
    """A number."""
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if red_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": red_below}]
    elif red_from is not None:
        steps.append({"color": "red", "value": red_from})
    defaults = {"unit": unit, "thresholds": {"mode": "absolute", "steps": steps}}
    return {
        "type": "stat",
        "title": title,
        "description": about,
        "targets": _targets([(query, "")], is_instant=True),
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value"},
        "gridPos": {"w": 6, "h": 4},
    }


def series(
    title: str, queries: Sequence[Query], unit: str = "short", about: str = "", kind: str = "timeseries"
) -> Panel:
    """Lines over time, or bars of what each comes to now."""
    bars = kind == "bargauge"
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if bars:
        reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        options = {"displayMode": "basic", "orientation": "horizontal", "reduceOptions": reduced}
    return {
        "type": kind,
        "title": title,
        "description": about,
        "targets": _targets(queries, is_instant=bars),
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": options,
        "gridPos": {"w": 12 if bars else 8, "h": 8},
    }


def _targets(queries: Sequence[Query], *, is_instant: bool) -> list[dict[str, Any]]:
    return [
        {
            "refId": chr(ord("A") + place),
            "datasource": SOURCE,
            "expr": query,
            "legendFormat": legend or "__auto",
            "instant": is_instant,
            "range": not is_instant,
        }
        for place, (query, legend) in enumerate(queries)
    ]


def _variable(name: str, label: str) -> dict[str, Any]:
    query = f"label_values(holdback_open_streams, {name})"
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def board(uid: str, title: str, about: str, panels: list[Panel]) -> dict[str, Any]:
    """A dashboard; its panels are placed from left to right, and get their numbers."""
    x = y = height = 0
    numbers = itertools.count(1)
    for panel in panels:
        size = panel.setdefault("gridPos", {"w": COLUMNS, "h": 1})
        if x + size["w"] > COLUMNS or panel["type"] == "row":
            x, y, height = 0, y + height, 0
        panel["gridPos"] = {"x": x, "y": y, **size}
        panel["id"] = next(numbers)
        if panel["type"] != "row":
            panel["datasource"] = SOURCE
        x, height = x + size["w"], max(height, size["h"])
    source = {"type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus", "current": {}}
    return {
        "uid": uid,
        "title": title,
        "description": about,
        "tags": ["holdback"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [source, _variable("job", "Job"), _variable("instance", "Replica")]},
        "annotations": {"list": []},
        "links": [],
        "panels": panels,
    }
