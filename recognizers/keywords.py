"""Tier 1: Aho-Corasick over literals.

Each pattern has *anchors*: literals or single characters of which any match must hold at least one (`AKIA`, `@`, a
digit). One pass over new text says whether any pattern could match at all; only then tier 2 is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

import ahocorasick

from recognizers.syntax import ALPHABET, Shape, bits, mask_of

_ANCHOR_FORMS_MAX = 16
"""A position that accepts more characters than this, or a run with more spellings, says little about a text."""
_DIGITS = mask_of("0123456789")
_USEFUL_FREQUENCY_MAX = 0.2
"""Literals that occur more often than this, per character of English, would call tier 2 for nothing."""


def anchors(shape: Shape) -> tuple[str, ...]:
    """Literals of which every match of the shape holds at least one: the positions that no match can avoid, joined
    where one must follow the other; of all such sets the one that ordinary text holds least often.

    Returns:
        The literals, or `()` when no set would tell anything (then tier 2 always runs).
    """
    best: tuple[str, ...] = ()
    best_frequency = _USEFUL_FREQUENCY_MAX
    run: list[str] = []
    for position, mask in enumerate(shape.masks):
        if mask.bit_count() > _ANCHOR_FORMS_MAX or mask >> 128 or not _unavoidable(shape, 1 << position):
            run = []
            continue
        joined = bool(run) and shape.follow[position - 1] == 1 << position
        letters = [ALPHABET[i] for i in bits(mask)]
        grown = [a + b for a in run for b in letters] if joined else letters
        run = grown if len(grown) <= _ANCHOR_FORMS_MAX else letters
        frequency = sum(_frequency(literal) for literal in run)
        if frequency < best_frequency:
            best, best_frequency = tuple(run), frequency
    if not best:
        # Alternatives that share no position may still share a digit.
        digits = sum(1 << p for p, mask in enumerate(shape.masks) if not mask & ~_DIGITS)
        if _unavoidable(shape, digits):
            return tuple("0123456789")
    return best


def _frequency(literal: str) -> float:
    """Rough chance that the literal starts at a given character of English text."""
    chance = 1.0
    for char in literal:
        chance *= 0.17 if char == " " else 0.04 if char.islower() else 0.002 if char.isdigit() else 0.01
    return chance


def _unavoidable(shape: Shape, positions: int) -> bool:
    """Whether no match can do without these positions: with them taken out, no path leads from first to last."""
    without = ~positions
    reached = frontier = shape.first & without
    while frontier:
        if frontier & shape.last:
            return False
        following = 0
        for p in bits(frontier):
            following |= shape.follow[p]
        frontier = following & without & ~reached
        reached |= frontier
    return True


class Anchors:
    """The anchors of many patterns in one automaton."""

    def __init__(self, literals: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for literal in literals:
            self._automaton.add_word(literal, literal)
        self._automaton.make_automaton()
        self._any = len(self._automaton) > 0

    def found(self, view: str, start: int) -> bool:
        """Whether a literal ends in `view[start:]`."""
        return self._any and next(self._automaton.iter(view, start), None) is not None
