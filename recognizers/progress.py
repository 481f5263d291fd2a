"""How far a channel has been scanned."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from recognizers.normalize import PLAIN_VIEWS, VIEWS


@dataclass(slots=True)
class Progress:
    """Raw offsets from the start of a channel's text. `ends` remembers, by view and pattern, where a match that crosses
    the scanned part ended. `frontier` is the smallest of `scanned`; when `is_even`, all of them are equal to it and
    `scanned` itself is not kept up. `place` is where the frontier stands in the text that `read` gives, modulo four:
    groups of base64 are counted there. `json_text`: the text is the inside of a JSON string."""

    json_text: bool = False
    frontier: int = 0
    place: int = 0
    scanned: list[int] = field(default_factory=lambda: [0] * VIEWS)
    is_even: bool = True
    ends: dict[tuple[int, int], int] = field(default_factory=dict)


def settle_ends(progress: Progress, there: Container[int]) -> None:
    """Views that are not there have the matches of the folded one; ends that have been passed are forgotten."""
    ends = progress.ends
    for (number, pattern), end in [*ends.items()]:
        if number == 0:
            ends.update({(other, pattern): end for other in PLAIN_VIEWS if other not in there})
    for number, pattern in [*ends]:
        if ends[number, pattern] <= progress.scanned[number]:
            del ends[number, pattern]
