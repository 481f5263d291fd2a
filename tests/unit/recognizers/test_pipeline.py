"""Many patterns over a buffer that grows: the same matches as over the whole text, and never one too late."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers.pipeline import Pipeline
from recognizers.progress import Progress
from recognizers.recognizer import CONTEXT_BOOST, Pattern, Recognizer, RecognizerError, Span, Tail
from tests.unit.recognizers.dialect import regexes

DIGITS = Recognizer("DIGITS", "", "", (Pattern("nine", r"\d{9}", 0.4),), context=("ssn",))
KEY = Recognizer("KEY", "", "", (Pattern("key", "key-[a-z]{4}", 1.0, not_followed_by="", tail=Tail("a-z", 12)),))
PEM = Recognizer(
    "PEM",
    "",
    "",
    (Pattern("pem", "<BEGIN>", 1.0, not_preceded_by="", not_followed_by="", tail=Tail("A-Za-z<>/", 30, "</END>")),),
)
Found = set[tuple[int, int, str]]


def found(spans: list[Span]) -> Found:
    return {(span.start, span.end, span.recognizer) for span in spans}


def in_parts(pipeline: Pipeline, text: str, places: list[int], *, json_text: bool = False) -> Found:
    """What the parts give, with the frontier never going back and no match starting at or after it."""
    progress = Progress(json_text=json_text)
    seen: list[Span] = []
    last = 0
    for start, end in pairwise([0, *sorted(at % (len(text) + 1) for at in places), len(text)]):
        assert start <= end
        frontier, spans = pipeline.scan(text[:end], 0, progress, final=False)
        assert last <= frontier <= end
        last, seen = frontier, seen + spans
    frontier, spans = pipeline.scan(text, 0, progress, final=True)
    assert frontier == len(text)
    return found(seen + spans)


PIECES = st.sampled_from(
    ["a", "b", "1", " ", "ab", "%", "%61", "%31", "%2561", "&#97;", "\\", "\\u0061", "=61", "=", "\u200b", "á"]
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(regexes(), min_size=1, max_size=3),
    st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=4, max_size=4),
    st.lists(st.integers(0, 60), max_size=6),
    st.booleans(),
)
def test_any_patterns_find_the_same_in_parts(
    kinds: list[str], texts: list[str], places: list[int], json_text: bool
) -> None:
    patterns = tuple(Pattern(str(number), regex, 0.5) for number, regex in enumerate(kinds))
    try:
        pipeline = Pipeline([Recognizer("X", "", "", patterns)])
    except RecognizerError:  # one of them matches the empty text
        return
    for text in texts:
        whole = found(pipeline.scan(text, 0, Progress(json_text=json_text), final=True)[1])
        assert in_parts(pipeline, text, places, json_text=json_text) == whole
        assert in_parts(pipeline, text, list(range(len(text))), json_text=json_text) == whole


@pytest.mark.parametrize(
    ("text", "frontier"),
    [
        ("a b! ", 5),
        ("x! 536", 3),
        ("x! 536228726", 3),
        ("x! 536228726 ", 3),
        ("x! 536228726 no", 13),
        ("x! 536228726 is my ss", 3),
        ("x! 536228726 is my sz", 19),
        ("x! 536228726 (ssn", 3),
        ("x! 536228726 (ssn)", 18),
        ("x! 536228726,", 3),
        ("x! 5362 ", 8),
        ("x! 53%", 3),
        ("x! 53%3", 3),
        ("x! 53%zz ", 9),
        ("x! &", 3),
        ("x! \\u00", 3),
    ],
)
def test_the_frontier_stands_where_something_may_still_begin(text: str, frontier: int) -> None:
    pipeline = Pipeline([DIGITS])
    assert pipeline.scan(text, 0, Progress(), final=False)[0] == frontier
    assert pipeline.scan(text, 0, Progress(), final=True)[0] == len(text)


def test_accents_quotes_and_dashes_are_no_reason_to_make_all_views(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    views = Pipeline._scan_views

    def counting(*arguments: Any, **named: Any) -> tuple[int, list[Span]]:
        nonlocal made
        made += 1
        return views(*arguments, **named)

    text = "„Größe“ – it’s naïve: señor 123\u2011456\u2011789, 123456789 и всё. "
    pipeline = Pipeline([DIGITS, KEY])
    monkeypatch.setattr(Pipeline, "_scan_views", counting)
    assert in_parts(pipeline, text, [*range(len(text))]) == found(pipeline.find_all(text)) != set()
    assert made == 2  # the ends
    in_parts(pipeline, text + "a\u0301 ", [*range(len(text) + 3)])
    assert made > 3, "a mark has no place of its own"


def test_offsets_count_from_the_start_of_the_text() -> None:
    _, spans = Pipeline([DIGITS]).scan("ssn: 536228726 ", 100, Progress(frontier=100), final=True)
    assert found(spans) == {(105, 114, "DIGITS/nine")}
    assert spans[0].score == pytest.approx(0.4 + CONTEXT_BOOST)


def test_a_value_is_found_however_it_is_written_and_where_it_is_written() -> None:
    pipeline = Pipeline([DIGITS])
    for text in ("536228726", "53622%38726", "53622&#56;726", "53622\\u0038726", "53622=38726", "５３６２２８７２６"):
        assert found(pipeline.find_all(f"x! {text}!")) == {(3, 3 + len(text), "DIGITS/nine")}
    assert len(pipeline.find_all("536228726 %")) == 1


def tail(pipeline: Pipeline, text: str, start: int, limit: int, swallowed: int = 0) -> tuple[int, bool]:
    compiled = pipeline.recognizers[0].patterns[0].tail
    assert compiled is not None
    progress = Progress(frontier=limit)
    return pipeline.tail_end(compiled, 0, text, 0, progress, start=start, limit=limit, swallowed=swallowed, final=False)


@pytest.mark.parametrize(
    ("text", "limit", "swallowed", "end"),
    [
        ("key-abcdefg hi", 14, 0, (11, False)),
        ("key-abcdefg", 11, 0, (11, True)),
        ("key-abcdefg", 9, 0, (9, True)),
        ("key-abcd hi", 11, 0, (8, False)),
        ("key-abcd" + "x" * 20, 28, 0, (20, False)),
        ("key-abcd" + "x" * 20, 28, 5, (15, False)),
        ("key-abcd" + "x" * 12, 20, 0, (20, False)),
        ("key-abcdé\u0301é hi", 14, 0, (11, False)),
    ],
)
def test_a_tail_ends_at_its_terminator_or_its_cap(text: str, limit: int, swallowed: int, end: tuple[int, bool]) -> None:
    assert tail(Pipeline([KEY]), text, 8, limit, swallowed) == end


@pytest.mark.parametrize(
    ("text", "limit", "end"),
    [
        ("<BEGIN>AB</END>CD ", 18, (15, False)),
        ("<BEGIN>AB</END>CD ", 11, (15, False)),
        ("<BEGIN>AB</END>CD ", 9, (9, True)),
        ("<BEGIN>AB CD</END>", 18, (9, False)),
        ("<BEGIN></END>", 13, (13, False)),
        ("<BEGIN>" + "A" * 40 + "</END>", 53, (37, False)),
        ("<BEGIN>" + "A" * 27 + "</END>", 40, (37, False)),
    ],
)
def test_a_closing_ends_a_tail_also_when_the_limit_stands_inside_it(
    text: str, limit: int, end: tuple[int, bool]
) -> None:
    assert tail(Pipeline([PEM]), text, 7, limit) == end


def test_a_head_in_plain_text_is_followed_in_every_plain_view() -> None:
    spans = Pipeline([KEY]).scan("key-abcdefg ", 0, Progress(), final=True)[1]
    assert {span.view for span in spans} == {0, 1, 2}
    assert len(Pipeline([KEY]).find_all("key-abcdefg ")) == 1


@pytest.mark.parametrize(
    ("text", "is_part"),
    [
        ("jane@exam", True),
        ("jane%40exam", True),
        ("12345", True),
        ("1 2 3 4 5", True),
        ("1234", False),
        ("&#49;&#50;&#51;&#52;&#53;", True),
        ("words", False),
        ("", False),
        ("ssn", False),
    ],
)
def test_what_may_not_be_shown_at_a_cut_off_end(text: str, is_part: bool) -> None:
    assert Pipeline([DIGITS]).cut_off(text) is is_part


def test_the_head_of_a_secret_and_some_more_may_not_be_shown_either() -> None:
    key = Recognizer("SECRET_KEY", "", "", (Pattern("key", "key-[a-z]{9}", 1.0),))
    pipeline = Pipeline([key])
    assert pipeline.cut_off("key-abcdef")
    assert not pipeline.cut_off("key-")
    assert not Pipeline([KEY]).cut_off("key-abcdef")


def test_two_patterns_of_one_name_are_refused() -> None:
    with pytest.raises(RecognizerError, match="DIGITS/nine"):
        Pipeline([DIGITS, DIGITS])


def test_no_recognizers_find_nothing_and_hold_next_to_nothing() -> None:
    pipeline = Pipeline([])
    assert pipeline.scan("jane@example.com, 536-22-8726. ", 0, Progress(), final=False) == (31, [])
