"""Shows a result on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.verify.case import Group
from gateway.verify.result import Count, Result

COLUMNS = (Group.PROBE, Group.CONTENT, Group.FIELDS, Group.WHOLE, Group.BYTES, Group.REQUESTS, Group.TROUBLE)
SHOWN_MAX = 20


def show(result: Result, console: Console) -> None:
    """The table, what leaked and what was altered, and the summary."""
    console.print(_table(result))
    console.print("[bold]tried[/], [red]leaked[/], [yellow]lost[/] (the clean text around a value)", highlight=False)
    console.print(escape(result.spread), highlight=False)
    _show_fields(result, console)
    for one in result.uncovered[:SHOWN_MAX]:
        said = "the policy lets it through" if one.allowed else "[red]not covered by the policy in force: a leak[/]"
        console.print(f"{one.entity} in a {one.direction}, whole: {said}: {escape(one.example)}", highlight=False)
    for place in result.altered[:SHOWN_MAX]:
        console.print(f"[red]clean text altered[/]: {escape(place)}", highlight=False)
    colour = "red" if result.exit_code else "green"
    console.print(f"[bold {colour}]{escape(result.summary)}[/]", highlight=False, soft_wrap=True)


def _table(result: Result) -> Table:
    table = Table()
    table.add_column("entity", no_wrap=True)
    for group in COLUMNS:
        table.add_column(group.value, justify="right", overflow="fold")
    for name in result.entities:
        table.add_row(name, *(_cell(result.by(lambda e, g, n=name, w=group: e == n and g is w)) for group in COLUMNS))
    table.add_section()
    table.add_row("all", *(_cell(result.by(lambda e, g, w=group: bool(e) and g is w)) for group in COLUMNS))
    clean = result.by(lambda _entity, group: group is Group.CONTROL)
    table.caption = f"clean text: {clean.tried} cases, {clean.lost} altered"
    return table


def _cell(count: Count) -> str:
    if not count.tried:
        return "-"
    leaked = f" [red]{count.leaked:,} leaked[/]" if count.leaked else ""
    lost = f" [yellow]{count.lost:,} lost[/]" if count.lost else ""
    return f"{count.tried:,}{leaked}{lost}"


def _show_fields(result: Result, console: Console) -> None:
    """Where it leaked: entity by field, and an example of the cut."""
    cuts: dict[tuple[str, str, str], str] = {}
    for leak in result.leaks:
        cuts.setdefault((leak["entity"], leak["where"], leak["field"]), leak["cut"])
    bad = [(key, count) for key, count in result.counts.items() if count.leaked]
    for (entity, group, name), count in bad[:SHOWN_MAX]:
        cut = cuts.get((entity, group.value, name), "")
        where = escape(f"{entity}, {group.value}, {name}: {count.leaked} of {count.tried}, first: {cut}")
        console.print(f"[red]leak[/]: {where}", highlight=False)
    if len(bad) > SHOWN_MAX:
        console.print(f"... and in {len(bad) - SHOWN_MAX} more fields (--json has all)", highlight=False)
