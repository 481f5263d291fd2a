"""Rows of measurements as Markdown: medians over the repeats, the gateway next to the pass-through."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

Row = dict[str, Any]
BASE, OURS = "pass-through", "holdback"


def markdown(rows: list[Row], micro: dict[str, Any] | None, machine: dict[str, Any]) -> str:
    """The whole report."""
    parts = ["# Benchmark", "", _about(machine), ""]
    for streams in (True, False):
        chosen = [row for row in rows if row["streams"] is streams]
        if chosen:
            parts += [*_table(chosen, streams=streams), ""]
    if micro is not None:
        parts += ["## The engine alone", "", "| figure | value |", "|---|---|"]
        parts += [f"| {name} | {value} |" for name, value in micro.items()]
    return "\n".join(parts).rstrip() + "\n"


def _about(machine: dict[str, Any]) -> str:
    where = "pinned: gateway on core 0, provider and client on core 1" if machine["pinned"] else "not pinned"
    return f"{machine['cores']} cores ({where}), {machine['memory_gib']} GiB, Python {machine['python']}."


def _table(rows: list[Row], *, streams: bool) -> list[str]:
    unit = "chunk" if streams else "request"
    columns: list[tuple[str, Callable[[list[Row]], str]]] = [
        (f"CPU us/{unit}", lambda found: _median(found, "cpu_us")),
        ("k instructions", _instructions),
        ("core", lambda found: f"{_median(found, 'core_percent')} %"),
        (f"{unit}s/s", lambda found: f"{median(row['units'] / row['seconds'] for row in found):,.0f}"),
        ("first text ms p50/p95", lambda found: _pair(found, "first_ms")),
    ]
    if streams:
        columns += [
            ("delay/char ms p50/p95", lambda found: _pair(found, "delay_ms")),
            ("KiB/stream", lambda found: f"{_median(found, 'memory_kib')} ({_median(found, 'open')} open)"),
            ("events out/in", lambda found: _median(found, "events_out")),
            ("with text", lambda found: _median(found, "texts_out")),
        ]
    columns += [("wrong", lambda found: str(sum(row["wrong"] for row in found))), ("machine", _busy)]
    lines = ["| suite | target | " + " | ".join(name for name, _ in columns) + " |", "|---" * (len(columns) + 2) + "|"]
    for suite in dict.fromkeys(row["suite"] for row in rows):
        by_target = {
            target: [r for r in rows if (r["suite"], r["target"]) == (suite, target)] for target in (BASE, OURS)
        }
        for target, found in by_target.items():
            if found:
                lines.append(f"| {suite} | {target} | " + " | ".join(show(found) for _, show in columns) + " |")
        if all(by_target.values()):
            lines.append(f"| {suite} | **ratio, difference** | {_compared(by_target, columns, streams=streams)} |")
    return lines


def _compared(by_target: dict[str, list[Row]], columns: list[tuple[str, Any]], *, streams: bool) -> str:
    base, ours = by_target[BASE], by_target[OURS]
    cells = [
        f"**{_ratio(base, ours, 'cpu_us')}**",
        _ratio(base, ours, "instructions_k"),
        "",
        "",
        _difference(base, ours, "first_ms"),
    ]
    if streams:
        memory = median(row["memory_kib"] for row in ours) - median(row["memory_kib"] for row in base)
        cells += [_difference(base, ours, "delay_ms"), f"{memory:+.1f}"]
    return " | ".join([*cells, *[""] * (len(columns) - len(cells))])


def _ratio(base: list[Row], ours: list[Row], name: str) -> str:
    if any(row[name] is None for row in [*base, *ours]):
        return "-"
    return f"{median(row[name] for row in ours) / median(row[name] for row in base):.2f}"


def _instructions(rows: list[Row]) -> str:
    return "-" if any(row["instructions_k"] is None for row in rows) else _median(rows, "instructions_k")


def _difference(base: list[Row], ours: list[Row], name: str) -> str:
    parts = [median(r[name][q] for r in ours) - median(r[name][q] for r in base) for q in ("p50", "p95")]
    return " / ".join(f"{part:+.1f}" for part in parts)


def _median(rows: list[Row], name: str) -> str:
    values = [row[name] for row in rows]
    spread = f" [{min(values):g}-{max(values):g}]" if len(values) > 1 and name == "cpu_us" else ""
    return f"{median(values):g}{spread}"


def _pair(rows: list[Row], name: str) -> str:
    if not all(row[name] for row in rows):
        return "-"
    return " / ".join(f"{median(row[name][quantile] for row in rows):.1f}" for quantile in ("p50", "p95"))


def _busy(rows: list[Row]) -> str:
    """All jobs of the machine, in cores: more than the two that are ours were disturbed."""
    return f"{_median(rows, 'busy_percent')} %"
