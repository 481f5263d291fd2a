"""The value objects: immutable, small, and without text where spans are concerned."""

from __future__ import annotations

import dataclasses

import pytest

from recognizers.recognizer import CONTEXT_BOOST, HOLDBACK_CHARS, LOOK_AHEAD_CHARS, Pattern, Recognizer, Span, Tail

PATTERN = Pattern("digits", r"\d{9}", 0.4)
OBJECTS = (Tail("a-z", 9), PATTERN, Recognizer("X", "", "", (PATTERN,)), Span(0, 1, "X", "X/digits", 0.4))


@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: type(one).__name__)
def test_value_objects_do_not_change(one: object) -> None:
    assert dataclasses.is_dataclass(one)
    name = dataclasses.fields(one)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, name, None)
    assert not hasattr(one, "__dict__")
    assert hash(one) == hash(dataclasses.replace(one))  # type: ignore[type-var]


def test_a_span_is_the_same_in_whatever_view_it_was_found() -> None:
    head = Span(3, 9, "SECRET_JWT", "SECRET_JWT/compact", 1.0, validated=True, tail=Tail("a-z", 9), view=1)
    assert head == dataclasses.replace(head, tail=None, view=0)
    assert head != dataclasses.replace(head, end=10)


def test_a_span_holds_no_text() -> None:
    assert {field.name for field in dataclasses.fields(Span)} == {
        "start", "end", "entity", "recognizer", "score", "validated", "tail", "view", "specificity",
    }  # fmt: skip


def test_a_pattern_stands_alone_as_a_word_unless_it_says_otherwise() -> None:
    assert PATTERN.not_preceded_by == PATTERN.not_followed_by != ""


def test_the_numbers_of_the_contract() -> None:
    assert (HOLDBACK_CHARS, LOOK_AHEAD_CHARS) == (96, 1)
    assert 0 < CONTEXT_BOOST < 1
