"""Which texts of a body are parts of one: they stand next to each other in a list, and who shows them shows one text.
Whole bodies and streams ask here, so that both have one notion of it."""

from __future__ import annotations

from gateway.wire.format import Step

_LISTS = (("content",), ("thinking",), ("summary",))
"""Lists that hold the parts of one text."""

Place = tuple[tuple[Step, ...], int]
"""A list, and an index in it."""


def place(steps: tuple[Step, ...]) -> Place | None:
    """The list that the text at these steps of a body is a part in, and its index there; None for any other text."""
    is_part = steps[-1:] == ("text",)
    steps = steps[:-1] if is_part else steps
    lists = (*_LISTS, ("input",)) if is_part else _LISTS  # strings of an input are texts of their own
    if steps[-2:-1] not in lists:
        return None
    index = steps[-1]
    return (steps[:-1], index) if isinstance(index, int) else None
