"""Which tool a text is an argument of: its name stands beside its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.stream.scanner import PerTool, Scanner
from gateway.wire.executed import EXECUTED
from gateway.wire.format import Slot, Step

_ARGUMENTS = frozenset({"arguments", "input"})
NAME = "name"

Tools = Mapping[tuple[Step, ...], str]
"""From the steps of a call to the name of its tool."""


def tools_of(slots: Iterable[Slot]) -> Tools:
    """The tools that a body calls."""
    return {slot.steps[:-1]: slot.text for slot in slots if slot.steps[-1:] == (NAME,)}


def tool_of(slot: Slot) -> str | None:
    """What `for_tool` is to know of a text beside its place."""
    return EXECUTED if slot.is_executed else None


def for_tool(scanner: Scanner, steps: tuple[Step, ...], tools: Tools, called: str | None = None) -> Scanner:
    """The scanner for a text: that of its tool when it stands in arguments, or belongs to a call of `called`."""
    if isinstance(scanner, PerTool):
        if called is not None:
            return scanner.for_tool(called)
        for place, step in enumerate(steps):
            if step in _ARGUMENTS:
                return scanner.for_tool(tools.get(steps[:place], ""))
    return scanner
