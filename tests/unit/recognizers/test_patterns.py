"""Tier 2 against the naive way: every pattern with `re`, at every start, without gate, anchors or memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recognizers.checksums import table
from recognizers.normalize import View
from recognizers.patterns import PatternSet, compile_pattern
from recognizers.recognizer import (
    CONTEXT_BOOST,
    HOLDBACK_CHARS,
    WORD_CHARS,
    Pattern,
    Recognizer,
    RecognizerError,
)
from tests.unit.recognizers.dialect import LETTERS, regexes

TEXTS = st.text(LETTERS, max_size=14)
BODIES = st.sampled_from(["", WORD_CHARS, "1", "ab"])
Found = tuple[int, int, str]


def odd(text: str) -> bool:
    return text.count("1") % 2 == 1


@pytest.fixture(scope="module", autouse=True)
def odd_check() -> Iterator[None]:
    table()["odd"] = odd
    yield
    del table()["odd"]


def patterns() -> st.SearchStrategy[list[Pattern]]:
    one = st.builds(
        lambda regex, checksum, before, after: (regex, checksum, before, after),
        regexes(),
        st.sampled_from([None, None, "odd"]),
        BODIES,
        BODIES,
    )

    def made(drawn: list[tuple[str, str | None, str, str]]) -> list[Pattern]:
        return [
            Pattern(str(number), regex, 0.5, checksum, not_preceded_by=before, not_followed_by=after)
            for number, (regex, checksum, before, after) in enumerate(drawn)
            if not re.fullmatch(regex, "", re.ASCII)
        ]

    return st.lists(one, min_size=1, max_size=4).map(made).filter(bool)


def naive(pattern: Pattern, chars: str, low: int, high: int) -> list[Found]:
    before = re.compile(f"[{pattern.not_preceded_by}]") if pattern.not_preceded_by else None
    after = re.compile(f"[{pattern.not_followed_by}]") if pattern.not_followed_by else None
    whole = re.compile(f"(?:{pattern.regex})" + (f"(?!{after.pattern})" if after else ""), re.ASCII)
    found: list[Found] = []
    at = low
    while at < high:
        first = whole.match(chars, at)
        at += 1
        if not first or (before and before.match(chars, first.start() - 1) and first.start()):
            continue
        ends = [end for end in range(len(chars), first.start(), -1) if end <= first.end()]
        allowed = (end for end in ends if not (after and after.match(chars, end)))
        matching = (end for end in allowed if re.compile(pattern.regex, re.ASCII).fullmatch(chars, first.start(), end))
        end = next((e for e in matching if pattern.checksum is None or odd(chars[first.start() : e])), None)
        if end is not None:
            found.append((first.start(), end, f"X/{pattern.name}"))
            at = end
    return found


@settings(deadline=None, max_examples=120)
@given(patterns(), TEXTS, st.data())
def test_find_is_what_re_finds_at_every_start(kinds: list[Pattern], text: str, data: st.DataObject) -> None:
    low = data.draw(st.integers(0, len(text)))
    high = data.draw(st.integers(low, len(text)))
    every = PatternSet([Recognizer("X", "", "", tuple(kinds))], HOLDBACK_CHARS)
    spans = every.find(View(text, None, len(text)), text, 0, low, high, {})
    expected = [found for pattern in kinds for found in naive(pattern, text, low, high)]
    assert sorted((span.start, span.end, span.recognizer) for span in spans) == sorted(expected)
    # Tier 1 never says no where tier 2 says yes.
    assert every.likely(text, low) or not expected


@settings(deadline=None, max_examples=60)
@given(patterns(), TEXTS, st.integers(0, 14))
def test_a_search_in_two_ranges_finds_the_same(kinds: list[Pattern], text: str, middle: int) -> None:
    assume(middle <= len(text))
    every = PatternSet([Recognizer("X", "", "", tuple(kinds))], HOLDBACK_CHARS)
    view = View(text, None, len(text))
    left = every.find(view, text, 0, 0, middle, {})
    resume = {int(span.recognizer[2:]): span.end for span in left if span.end > middle}
    index = {compiled.pattern.name: compiled.index for compiled in every.patterns}
    right = every.find(view, text, 0, middle, len(text), {index[str(name)]: end for name, end in resume.items()})
    whole = every.find(view, text, 0, 0, len(text), {})
    assert sorted((span.start, span.end, span.recognizer) for span in left + right) == sorted(
        (span.start, span.end, span.recognizer) for span in whole
    )


def one(regex: str, text: str, **more: object) -> list[tuple[int, int]]:
    pattern = Pattern("x", regex, 0.5, **more)  # type: ignore[arg-type]
    every = PatternSet([Recognizer("X", "", "", (pattern,), context=("ssn",))], HOLDBACK_CHARS)
    spans = every.find(View(text, None, len(text)), text, 0, 0, len(text), {})
    return sorted((span.start, span.end) for span in spans)


@pytest.mark.parametrize(
    ("regex", "text", "more", "found"),
    [
        (r"\d{3}", "12 345 6789 x123", {}, [(3, 6)]),
        (r"\d{3}", "x123", {"not_preceded_by": ""}, [(1, 4)]),
        (r"\d{3}", "123ø 456\uffff", {}, [(5, 8)]),
        (r"a(\d)b", "a1b", {}, [(1, 2)]),
        (r"a(\d)?b", "ab", {}, [(0, 2)]),
        ("ab", "AB aB ab", {"ignore_case": True}, [(0, 2), (3, 5), (6, 8)]),
        (r"\d{3}\s\d{3}", "123\v456", {}, [(0, 7)]),
        (r"\d{2}", "1234", {"not_followed_by": "", "not_preceded_by": ""}, [(0, 2), (2, 4)]),
        (r"\d(?:[ -]{0,2}\d){11,18}", "1 4111 1111 1111 1111 12", {"checksum": "card"}, [(2, 21)]),
        (r"\d{4}\.\d{4}\.\d{4}\.\d{4}(?:\.?\d{1,3})?", "5018.0000.0009.1234", {"checksum": "card"}, []),
        (r"\d{9}", "SSN 536228726", {"needs_context": True}, [(4, 13)]),
        (r"\d{9}", "lesson 536228726", {"needs_context": True}, []),
    ],
)
def test_examples(regex: str, text: str, more: dict[str, object], found: list[tuple[int, int]]) -> None:
    assert one(regex, text, **more) == found


def test_a_context_word_raises_the_score() -> None:
    recognizer = Recognizer("X", "", "", (Pattern("x", r"\d{9}", 0.4),), context=("ssn",))
    every = PatternSet([recognizer], HOLDBACK_CHARS)

    def score(text: str) -> float:
        return every.find(View(text, None, len(text)), text, 0, 0, len(text), {})[0].score

    assert score("SSN: 536228726") == pytest.approx(0.4 + CONTEXT_BOOST)
    assert score("536228726 is an SSN") == pytest.approx(0.4 + CONTEXT_BOOST)
    assert score("536228726 is an SSNx") == 0.4
    assert score("536228726 is an ISBN") == 0.4


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (Pattern("x", "a*", 0.5), "unbounded"),
        (Pattern("x", "a{96}", 0.5), "exceed the hold-back"),
        (Pattern("x", "a", 0.5, checksum="no such"), "unknown checksum"),
        (Pattern("x", "a", 0.5, checksum="stdnum.no.such"), "unknown checksum"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(pattern: Pattern, words: str) -> None:
    with pytest.raises(RecognizerError, match=rf"^X/x: .*{words}"):
        compile_pattern(Recognizer("X", "", "", (pattern,)), pattern, 0, HOLDBACK_CHARS)


def test_a_match_and_its_look_ahead_just_fit() -> None:
    pattern = Pattern("x", "a{95}", 0.5)
    assert compile_pattern(Recognizer("X", "", "", (pattern,)), pattern, 0, HOLDBACK_CHARS).shape.longest == 95
