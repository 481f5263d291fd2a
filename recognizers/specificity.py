"""How specific a match is: what names an overlap when nothing stronger settles it.

A pattern with the label in it beats one whose label was found directly beside it, and that one any without. Among
equals, the pattern that fewer texts match is the more specific.
"""

from __future__ import annotations

import math

from recognizers.syntax import Part

OWN_LABEL = 2000.0
LABEL_BESIDE = 1000.0


def pattern_specificity(tree: Part, *, has_label: bool) -> float:
    """Of a pattern: falls with the number of texts that it matches."""
    return (OWN_LABEL if has_label else 0.0) - math.log10(texts(tree))


def texts(part: Part) -> int:
    """How many texts a part of a pattern matches, those that it matches in two ways counted twice."""
    if part.kind == "char":
        return part.mask.bit_count()
    inner = [texts(inner) for inner in part.parts]
    if part.kind == "alt":
        return sum(inner)
    if part.kind == "repeat":
        return sum(inner[0] ** times for times in range(part.low, part.high + 1))
    return math.prod(inner)
