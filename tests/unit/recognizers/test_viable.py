"""The cut against brute force: every word of small languages is written out, and what can still become one is held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import recognizers.viable
from recognizers.recognizer import RecognizerError
from recognizers.syntax import Shape, parse
from recognizers.viable import ViableStarts
from tests.unit.recognizers.dialect import LETTERS, regexes

LONGEST = 4
CONTINUATIONS = ["".join(more) for size in range(LONGEST + 1) for more in product(LETTERS, repeat=size)]
TEXTS = st.text(LETTERS, max_size=7)
REFUSED = st.sampled_from(["", "ab", "a1", "1"])
Kind = tuple[str, str]


def viable_starts(regex: str, refused: str, text: str) -> set[int]:
    """Where a match begins that reads the text to its end, if only some continuation comes."""
    compiled = re.compile(f"(?<![{refused}]){regex}" if refused else regex, re.ASCII)
    starts = set()
    for start in range(max(0, len(text) - LONGEST), len(text)):
        for more in CONTINUATIONS[: len(LETTERS) ** (LONGEST + start - len(text) + 1)]:
            whole = text + more
            if compiled.fullmatch(whole, start):
                starts.add(start)
                break
    return starts


def shapes(kinds: Sequence[Kind]) -> list[tuple[Shape, str]]:
    found = []
    for regex, refused in kinds:
        try:
            shape = parse(regex)
        except RecognizerError:
            assume(False)
            raise
        assume(shape.longest <= LONGEST)
        found.append((shape, refused))
    return found


def small(*, boundaries: bool = False) -> st.SearchStrategy[list[Kind]]:
    return st.lists(st.tuples(regexes(boundaries=boundaries), REFUSED), min_size=1, max_size=3)


@settings(deadline=None, max_examples=100)
@given(small(), TEXTS)
def test_the_leftmost_start_is_exact(kinds: list[Kind], text: str) -> None:
    automaton = ViableStarts(shapes(kinds))
    truth = set().union(*(viable_starts(f"(?:{regex})", refused, text) for regex, refused in kinds))
    assert automaton.leftmost(text, 0, len(text)) == min(truth, default=len(text))


@settings(deadline=None, max_examples=100)
@given(small(boundaries=True), TEXTS)
def test_with_boundaries_nothing_is_let_go_too_early(kinds: list[Kind], text: str) -> None:
    automaton = ViableStarts(shapes(kinds))
    truth = set().union(*(viable_starts(f"(?:{regex})", refused, text) for regex, refused in kinds))
    assert automaton.leftmost(text, 0, len(text)) <= min(truth, default=len(text))


@settings(deadline=None, max_examples=50)
@given(small(), TEXTS, st.text(LETTERS, min_size=1, max_size=3))
def test_a_start_that_was_let_go_never_comes_back(kinds: list[Kind], text: str, more: str) -> None:
    automaton = ViableStarts(shapes(kinds))
    whole = text + more
    assert automaton.leftmost(text, 0, len(text)) <= automaton.leftmost(whole, 0, len(whole))


@pytest.mark.parametrize(
    ("regex", "refused", "text", "start"),
    [
        (r"\d{3}-\d{2}", "", "call 12", 5),
        (r"\d{3}-\d{2}", "", "call 123-45", 5),
        (r"\d{3}-\d{2}", "", "call 123-45 ", 12),
        (r"\d{3}", "a-z", "x12", 2),
        (r"\d{3}", "a-z0-9", "x12", 3),
        (r"\d{3}", "", "12", 0),
        ("[^a]b", "", "日", 0),
        ("ø{2}", "", "xø", 1),
    ],
)
def test_examples(regex: str, refused: str, text: str, start: int) -> None:
    assert ViableStarts([(parse(regex), refused)]).leftmost(text, 0, len(text)) == start


def test_nothing_left_of_the_floor_is_asked() -> None:
    automaton = ViableStarts([(parse(r"\d{9}"), "")])
    assert automaton.leftmost("12345", 3, 5) == 3
    assert automaton.leftmost("12345", 5, 5) == 5
    assert ViableStarts([]).leftmost("12345", 0, 5) == 5


def test_a_full_table_is_thrown_away_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a1b2 12-34 5b" * 3
    kinds = [(parse(r"\d(?:[ -]?\d){1,6}"), ""), (parse(r"[ab]\d[ab]"), "")]
    roomy = ViableStarts(kinds)
    monkeypatch.setattr(recognizers.viable, "MAX_STATES", 3)
    narrow = ViableStarts(kinds)
    for end in range(len(text) + 1):
        assert narrow.leftmost(text, 0, end) == roomy.leftmost(text, 0, end)
        assert len(narrow._states) <= 3
