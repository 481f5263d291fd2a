"""Prompt injection by heuristics: many weak signs, added up.

Laws kept here:
1. Linear time and no look at anything but the text: the same text always gets the same verdict.
2. A verdict names families, weights and places, never text.
3. Families are independent evidence: `1 - product of (1 - weight)`, each family by its heaviest hit.

What heuristics cannot see: a question that is harmless by its words and forbidden only by the application's own rules;
a paraphrase that uses none of the known constructions; instructions in images or in languages without a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.firewall.folding import decodings, folded, hidden_chars
from gateway.firewall.rules import Rule, RuleSet, built_in

TEXT_CHARS_MAX = 200_000
"""A longer text is judged in windows of this size."""
OVERLAP_CHARS = 2_000
REPEATS_MIN = 16
"""The same word this often in a row is no prose."""
HIDDEN_CHARS_MIN = 4
WEIGHT_ENCODED = 0.5
WEIGHT_INVISIBLE = 0.6
WEIGHT_REPEATED = 0.5


@dataclass(frozen=True, slots=True)
class Signal:
    """One family that was seen: its weight, and where its heaviest hit stands in the folded text."""

    family: str
    weight: float
    start: int = 0
    end: int = 0
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the firewall thinks of a text: a score from 0 to 1 and the signals that make it."""

    score: float
    signals: tuple[Signal, ...] = ()

    @property
    def families(self) -> frozenset[str]:
        """Names of the families that were seen."""
        return frozenset(signal.family for signal in self.signals)


class Firewall:
    """Built-in rules and a policy's own; immutable, shared by all requests."""

    def __init__(self, own: Iterable[Rule] = ()) -> None:
        self._rules = RuleSet((*built_in(), *own))

    def judge(self, text: str) -> Judgement:
        """Judge one text: a prompt, a tool's result, a document."""
        best: dict[str, Signal] = {}
        for start in range(0, max(len(text), 1), TEXT_CHARS_MAX - OVERLAP_CHARS):
            self._window(text[start : start + TEXT_CHARS_MAX], best)
        remaining = 1.0
        for signal in best.values():
            remaining *= 1 - signal.weight
        return Judgement(1 - remaining, tuple(sorted(best.values(), key=lambda one: (-one.weight, one.family))))

    def _window(self, text: str, best: dict[str, Signal]) -> None:
        shown = folded(text)
        self._hits(shown, "", best)
        for encoding, decoded in decodings(text, shown):
            _better(best, Signal("encoded", WEIGHT_ENCODED, encoding=encoding))
            self._hits(folded(decoded), encoding, best)
        if hidden_chars(text) >= HIDDEN_CHARS_MIN:
            _better(best, Signal("invisible_text", WEIGHT_INVISIBLE))
        if _repeats(shown):
            _better(best, Signal("repetition", WEIGHT_REPEATED))

    def _hits(self, shown: str, encoding: str, best: dict[str, Signal]) -> None:
        for rule in self._rules.hits(shown):
            known = best.get(rule.family)
            if known is None or known.weight < rule.weight:
                start, end = self._rules.place(rule, shown)
                best[rule.family] = Signal(rule.family, rule.weight, start, end, encoding)


def _better(best: dict[str, Signal], signal: Signal) -> None:
    known = best.get(signal.family)
    if known is None or known.weight < signal.weight:
        best[signal.family] = signal


def _repeats(shown: str) -> bool:
    """Whether a word, or a group of two to four, follows itself again and again."""
    words = shown.split()
    if len(words) < REPEATS_MIN or len(set(words)) * 2 > len(words):
        return False
    for size in range(1, 5):
        run = 0
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] and words[at].isalnum() else 0
            if run >= REPEATS_MIN * size:
                return True
    return False
