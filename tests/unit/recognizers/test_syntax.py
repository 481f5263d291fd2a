"""The dialect: what is read means the same as in `re`, and what is not read is refused with its place."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recognizers.alphabet import ALL, ALPHABET, bits, mask_of, symbol
from recognizers.recognizer import RecognizerError
from recognizers.syntax import MAX_POSITIONS, class_mask, parse
from tests.unit.recognizers.dialect import LETTERS, WORDS, accepts, regexes


@pytest.mark.parametrize(
    ("regex", "shortest", "longest"),
    [
        ("abc", 3, 3),
        (r"\d{3}-\d{2}-\d{4}", 11, 11),
        ("a?b", 1, 2),
        ("(?:ab|c){2,3}", 2, 6),
        ("(a|bcd)e{0,2}", 1, 5),
        (r"\bx\b", 1, 1),
        ("[^a-z]{0,4}.", 1, 5),
        ("a{0}b", 1, 1),
        (r"[\]\\\-a]", 1, 1),
        ("a|", 0, 0),
    ],
)
def test_lengths(regex: str, shortest: int, longest: int) -> None:
    if not shortest:
        with pytest.raises(RecognizerError, match="empty text"):
            parse(regex)
        return
    shape = parse(regex)
    assert (shape.shortest, shape.longest) == (shortest, longest)


@pytest.mark.parametrize(
    ("regex", "place"),
    [
        ("a*", 2),
        ("ab+", 3),
        ("a{2,}", 2),
        ("a{,2}", 2),
        ("a{x}", 2),
        ("a{²}", 2),
        ("a{٣}", 2),
        ("a{3,2}", 7),
        ("a{2", 2),
        ("^a", 1),
        ("a$", 2),
        ("a??", 3),
        ("a{2}+", 5),
        ("a{1}{2}", 5),
        ("(?=a)", 2),
        ("(?i)a", 2),
        ("(?P<n>a)", 2),
        (r"(a)\1", 6),
        (r"\Aa", 3),
        (r"\Ba", 3),
        (r"\x41", 3),
        (r"a\Z", 4),
        (r"\pL", 3),
        ("(a", 3),
        ("a)", 2),
        ("[a", 3),
        ("a\\", 3),
    ],
)
def test_what_is_not_in_the_dialect_is_refused_with_its_place(regex: str, place: int) -> None:
    with pytest.raises(RecognizerError, match=f"character {place}: "):
        parse(regex)


@pytest.mark.parametrize(
    "regex", ["[]a]", "[^]a]", "[z-a]", r"[a-\d]", r"[\d-z]", r"[\.-z]", "(" * 5000 + "a" + ")" * 5000]
)
def test_what_other_engines_read_otherwise_is_refused(regex: str) -> None:
    with pytest.raises(RecognizerError):
        parse(regex)


@pytest.mark.parametrize(
    "regex",
    [
        f"a{{{MAX_POSITIONS + 1}}}",
        "a{1000000000}",
        "(?:(?:(?:a{100}){100}){100}){100}",
        r"(?:\b{2000}){2000}(?:a|b){0,2000}a{2000}",
    ],
)
def test_what_multiplies_out_is_refused_at_once(regex: str) -> None:
    began = time.process_time()
    with pytest.raises(RecognizerError):
        parse(regex)
    assert time.process_time() - began < 2


def test_what_reads_nothing_is_read_once() -> None:
    began = time.process_time()
    assert parse("(?:(?:(?:){2000}){2000}){2000}a").longest == 1
    assert time.process_time() - began < 2


@settings(deadline=None, max_examples=100)
@given(regexes())
def test_a_shape_reads_what_re_reads(regex: str) -> None:
    compiled = re.compile(regex, re.ASCII)
    assume(not compiled.fullmatch(""))
    shape = parse(regex)
    for word in WORDS:
        assert accepts(shape, word) == bool(compiled.fullmatch(word)), word


@settings(deadline=None, max_examples=100)
@given(st.data(), regexes())
def test_every_match_has_a_length_between_shortest_and_longest(data: st.DataObject, regex: str) -> None:
    compiled = re.compile(regex, re.ASCII)
    assume(not compiled.fullmatch("") and any(map(compiled.fullmatch, WORDS)))
    word = data.draw(st.from_regex(compiled, fullmatch=True, alphabet=LETTERS))
    shape = parse(regex)
    assert accepts(shape, word)
    assert shape.shortest <= len(word) <= shape.longest


@pytest.mark.parametrize("regex", ["k", "[a-f]", "[^a]", r"\d", r"x\-Y", "ø", r"[\w]", "."])
def test_either_case_is_what_re_calls_either_case(regex: str) -> None:
    compiled = re.compile(regex, re.ASCII | re.IGNORECASE)
    shape = parse(regex, ignore_case=True)
    words = [char if len(compiled.pattern) < 4 else f"x-{char}" for char in ALPHABET]
    for word in words if "-Y" in regex else ALPHABET:
        assert accepts(shape, word) == bool(compiled.fullmatch(word)), word


@pytest.mark.parametrize("body", ["A-Za-z0-9ø", "A-Za-z0-9/+", r"A-Za-z0-9+/=\s\\:,.@()-", r"\w-", r"\s", "^a", "."])
def test_a_class_body_is_what_re_reads_in_it(body: str) -> None:
    compiled = re.compile(f"[{body}]", re.ASCII)
    assert class_mask(body) == mask_of("".join(filter(compiled.fullmatch, ALPHABET)))


def test_an_empty_class_body_holds_nothing() -> None:
    assert class_mask("") == 0


def test_symbols() -> None:
    assert [symbol(char) for char in ALPHABET] == list(range(len(ALPHABET)))
    assert symbol("日") == symbol("\uffff") != symbol("ø")
    assert mask_of("".join(ALPHABET)) == ALL


@given(st.sets(st.integers(0, 300)))
def test_bits(places: set[int]) -> None:
    assert bits(sum(1 << place for place in places)) == sorted(places)
