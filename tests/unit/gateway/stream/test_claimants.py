"""Several claimants on one text: the smallest frontier, the union of findings, each asked for its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import cast

import pytest

from gateway.stream.claimants import Claimants, together
from gateway.stream.components import Component, carved, components
from gateway.stream.holdback import HoldBack, Scanner, redact
from gateway.verdict import Action, Finding


@dataclass
class Fixed:
    """Claims literals of one length; everything within that length of the end is undecided."""

    name: str
    regex: str
    length: int
    exclusive: bool = False
    tail: str | None = None

    def start(self, *, json_text: bool) -> list[int]:
        return [0]

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        scanned = cast(list[int], progress)
        low, high = scanned[0] - base, len(raw) if final else max(len(raw) - self.length, scanned[0] - base)
        scanned[0] = base + high
        found = [match for at in range(low, high) if (match := re.compile(self.regex).match(raw, at))]
        return base + high, [self._finding(base + match.start(), base + match.end()) for match in found]

    def _finding(self, start: int, end: int) -> Finding:
        return Finding(start, end, self.name, self.name, 0.5, Action.REDACT, tail=self.tail, exclusive=self.exclusive)

    def tail_end(
        self,
        head: Finding,
        raw: str,
        base: int,
        progress: object,
        *,
        start: int,
        limit: int,
        swallowed: int,
        final: bool,
    ) -> tuple[int, bool]:
        assert isinstance(progress, list), "asked with its own progress"
        assert head.entity == self.name, "asked for its own head"
        at = start
        while at < limit and raw[at - base] == head.tail:
            at += 1
        return at, at == limit

    def cut_off(self, raw: str) -> bool:
        return self.name in raw

    def replacement(self, finding: Finding, text: str) -> str:
        assert finding.entity == self.name, "asked for its own finding"
        return f"{{{self.name} for {text}}}" if self.exclusive else f"[{self.name}]"


DIGITS = Fixed("digits", r"\d{4}", 4)
TOKEN = Fixed("token", r"T\d{4}t", 6, exclusive=True)
WORD = Fixed("word", r"(?:k:|know:)T\d{4}t(?:verys|v)", 16)
HEAD = Fixed("head", r"HD", 2, tail="h")
ALL = (TOKEN, DIGITS, WORD, HEAD)


def everywhere(text: str, parts: int = 3) -> set[str]:
    """The outputs of a text, cut in up to three at every place."""
    shown = set()
    for cuts in combinations(range(len(text) + 1), parts - 1):
        channel = HoldBack(together(ALL))
        bounds = [0, *cuts, len(text)]
        pieces = [channel.push(text[low:high]) for low, high in pairwise(bounds)]
        shown.add("".join([*pieces, channel.finish()]))
    return shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a 1234 b", "a [digits] b"),
        ("a T1234t b", "a {token for T1234t} b"),
        ("T1234t5678", "{token for T1234t}[digits]"),
        ("T1234tT5678t", "{token for T1234t}{token for T5678t}"),
        ("k:T1234tv.", "k:{token for T1234t}v."),
        ("k:T1234tverys.", "k:{token for T1234t}[word]."),
        ("know:T1234tverys.", "know:{token for T1234t}[word]."),
        ("HDhhh 1234", "[head] [digits]"),
        ("T1234tHDhhT1234t", "{token for T1234t}[head]{token for T1234t}"),
        ("1234T5678t", "[digits]{token for T5678t}"),
    ],
)
def test_claims_are_settled_by_position_at_every_cut(text: str, shown: str) -> None:
    assert everywhere(text) == {shown}


def test_the_smallest_frontier_counts() -> None:
    channel = HoldBack(Claimants([DIGITS, Fixed("slow", "never", 20)]))
    assert channel.push("x" * 30) == "x" * 10
    assert channel.held_chars == 20


def test_a_claimant_that_changes_its_mind_without_new_text_is_asked_by_an_empty_push() -> None:
    """As one that waits for a model does, when the answer has come."""
    slow = Fixed("slow", "never", 20)
    channel = HoldBack(Claimants([DIGITS, slow]))
    assert channel.push("abc 1234 def") == ""
    slow.length = 0
    assert channel.push("") == "abc [digits]"  # the digits' own frontier


def test_a_single_claimant_costs_nothing() -> None:
    assert together([DIGITS]) is DIGITS


def test_a_cut_off_end_is_anybodys() -> None:
    both = Claimants([DIGITS, TOKEN])
    assert both.cut_off("a token")
    assert not both.cut_off("nothing")


def test_batch_is_the_same_engine() -> None:
    scanner: Scanner = Claimants(ALL)
    redacted = redact(scanner, "see T1234t and 9999")
    assert redacted.text == "see {token for T1234t} and [digits]"
    assert [(f.entity, f.claimant) for f in redacted.findings] == [("token", 0), ("digits", 1)]


def finding(start: int, end: int, name: str, *, exclusive: bool = False) -> Finding:
    return Finding(start, end, name, name, 0.5, Action.REDACT, exclusive=exclusive)


def test_what_is_exclusive_is_cut_out_of_its_component() -> None:
    wide, inside, own = finding(0, 20, "wide"), finding(6, 8, "inside"), finding(5, 10, "own", exclusive=True)
    parts = carved(Component(0, 20, [wide, own, inside]))
    assert parts == [Component(0, 5, [wide]), Component(5, 10, [own]), Component(10, 20, [wide])]


def test_of_exclusive_findings_that_overlap_the_first_and_longest_stands() -> None:
    first, longer, late = (finding(*at, "own", exclusive=True) for at in ((0, 4), (0, 6), (5, 9)))
    assert carved(Component(0, 9, [first, longer, late])) == [Component(0, 6, [longer])]


def test_an_exclusive_finding_without_its_beginning_is_none() -> None:
    own = finding(3, 9, "own", exclusive=True)
    (component,) = components([own], 5)
    assert carved(component) == [Component(5, 9, [own])]
