"""Tier 1 must never say no where tier 2 would say yes."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recognizers.alphabet import ALPHABET, bits, mask_of
from recognizers.catalogue import catalogue
from recognizers.keywords import Anchors, anchors
from recognizers.syntax import Shape, parse
from tests.unit.recognizers.dialect import WORDS, regexes

PATTERNS = {
    f"{recognizer.entity}/{pattern.name}": pattern
    for recognizer in catalogue().values()
    for pattern in recognizer.patterns
}


def way_around(shape: Shape, literals: tuple[str, ...]) -> bool:
    """Whether some match holds none of the literals: a search over positions and how far a literal has been read."""
    prefixes = {literal[:size] for literal in literals for size in range(len(literal) + 1)}
    letters = mask_of("".join(literals))
    steps: dict[tuple[str, int], set[str]] = {}

    def reached(read: str, mask: int) -> set[str]:
        known = steps.get((read, mask))
        if known is None:
            known = steps[read, mask] = {""} if mask & ~letters else set()
            for index in bits(mask & letters):
                text = read + ALPHABET[index]
                if not text.endswith(literals):
                    known.add(next(text[at:] for at in range(len(text) + 1) if text[at:] in prefixes))
        return known

    frontier = {(position, read) for position in bits(shape.first) for read in reached("", shape.masks[position])}
    seen = set(frontier)
    while frontier:
        if any(shape.last >> position & 1 for position, _ in frontier):
            return True
        frontier = {
            (following, more)
            for position, read in frontier
            for following in bits(shape.follow[position])
            for more in reached(read, shape.masks[following])
        } - seen
        seen |= frontier
    return False


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        ("ghp_[a-z]{3}", {"ghp_"}),
        ("[ab]x-", {"ax-", "bx-"}),
        (r"\w{1,9}@\w{1,9}", {"@"}),
        ("[a-z]{3}", set()),
        ("(?:sk|pk)-[a-z]", None),
        (r"(?:\d|x\d)y", None),
    ],
)
def test_examples(regex: str, expected: set[str] | None) -> None:
    found = anchors(parse(regex))
    if expected is not None:
        assert set(found) == expected
    assert len(set(found)) == len(found)


@settings(deadline=None, max_examples=100)
@given(regexes())
def test_every_match_holds_an_anchor(regex: str) -> None:
    compiled = re.compile(regex, re.ASCII)
    assume(not compiled.fullmatch(""))
    found = anchors(parse(regex))
    for word in filter(compiled.fullmatch, WORDS if found else ()):
        assert any(anchor in word for anchor in found), (word, found)


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(sorted(PATTERNS)))
def test_drawn_matches_of_the_catalogue_hold_an_anchor(data: st.DataObject, name: str) -> None:
    pattern = PATTERNS[name]
    found = anchors(parse(pattern.regex, ignore_case=pattern.ignore_case))
    flags = re.ASCII | (re.IGNORECASE if pattern.ignore_case else re.NOFLAG)
    match = data.draw(st.from_regex(re.compile(pattern.regex, flags), fullmatch=True, alphabet="".join(ALPHABET)))
    assert not found or any(anchor in match for anchor in found), (match, found)


def test_no_pattern_of_the_catalogue_has_a_way_around_its_anchors() -> None:
    around = []
    for name, pattern in PATTERNS.items():
        shape = parse(pattern.regex, ignore_case=pattern.ignore_case)
        found = anchors(shape)
        if found and way_around(shape, found):
            around.append(name)
    assert around == []


def test_a_way_around_is_found() -> None:
    assert way_around(parse("ab?c"), ("ab", "bc"))
    assert not way_around(parse("ab?c"), ("abc", "ac"))
    assert way_around(parse("(?:ab|cd)e"), ("abe",))


def test_an_anchor_is_looked_for_from_the_start_on() -> None:
    one = Anchors(["ghp_", "@"])
    assert one.found("x ghp_1", 0)
    assert one.found("x ghp_1", 2)
    assert not one.found("x ghp_1", 3)
    assert not one.found("ghp ", 0)
    assert one.found("a@", 1)


def test_no_literals_are_never_found() -> None:
    assert not Anchors([]).found("anything", 0)
