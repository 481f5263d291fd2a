"""Tier 1: Aho-Corasick over literals.

Each pattern has *anchors*: literals or single characters of which any match must hold at least one (`AKIA`, `@`, a
digit). One pass over new text says whether any pattern could match at all; only then tier 2 is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import ahocorasick

from recognizers.alphabet import ALPHABET, bits
from recognizers.syntax import Part, Shape

_ANCHOR_FORMS_MAX = 700
"""A run of characters with more spellings than this is cut: two capitals fit, three do not."""
_USEFUL_FREQUENCY_MAX = 0.05
"""Literals that occur more often than this, per character of English, would call tier 2 for nothing."""


def anchors(shape: Shape) -> tuple[str, ...]:
    """Literals of which every match of the shape holds at least one: of all sets that the pattern's parts offer, the
    one that ordinary text holds least often.

    Returns:
        The literals, or `()` when no set would tell anything (then a text long enough for a match calls tier 2).
    """
    offer = _offer(shape.tree)
    return tuple(sorted(set(_literals(offer.runs)))) if offer.frequency <= _USEFUL_FREQUENCY_MAX else ()


@dataclass(frozen=True, slots=True)
class _Offer:
    """A set of literals of which every text that matches a part holds one: those that the runs spell. `frequency` is
    how often one of them starts at a given character of English text; 1 when there is nothing to say."""

    frequency: float = 1.0
    runs: tuple[tuple[str, ...], ...] = ()


_NO_OFFER = _Offer()


def _literals(runs: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for run in runs:
        yield from map("".join, product(*run))


def _offer(part: Part) -> _Offer:
    """The best offer of a part."""
    if part.kind == "alt":
        branches = [_offer(branch) for branch in part.parts]
        if not all(branch.runs for branch in branches):
            return _NO_OFFER
        return _Offer(sum(b.frequency for b in branches), tuple(run for b in branches for run in b.runs))
    best = _NO_OFFER
    run: tuple[str, ...] = ()
    forms, frequency = 1, 1.0
    for item in _flat(part):
        letters = _letters(item)
        if letters and run and forms * len(letters) <= _ANCHOR_FORMS_MAX:
            run, forms, frequency = (*run, letters), forms * len(letters), frequency * _frequency(letters)
        elif letters:
            run, forms, frequency = (letters,), len(letters), _frequency(letters)
        else:
            run = ()
        offer = _Offer(frequency, (run,)) if run else _offer(item) if item.kind == "alt" else _NO_OFFER
        if offer.frequency < best.frequency:
            best = offer
    return best


def _flat(part: Part) -> Iterator[Part]:
    """A part as a sequence of characters, alternatives and gaps; a repeat as often as it must stand."""
    if part.kind == "seq":
        for inner in part.parts:
            yield from _flat(inner)
    elif part.kind == "repeat":
        for _ in range(min(part.low, _REPEATS_MAX)):
            yield from _flat(part.parts[0])
        if part.high > min(part.low, _REPEATS_MAX):
            yield GAP
    elif part.kind != "empty":
        yield part


_REPEATS_MAX = 8
GAP = Part("gap")


def _letters(part: Part) -> str:
    """The characters of a single position, or nothing when they are more than ASCII."""
    if part.kind != "char" or part.mask >> 128:
        return ""
    return "".join(ALPHABET[index] for index in bits(part.mask))


def _frequency(letters: str) -> float:
    """Rough chance that a character of English text is one of these."""
    return sum(
        0.17 if char == " " else 0.04 if char.islower() else 0.002 if char.isalnum() else 0.01 for char in letters
    )


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
