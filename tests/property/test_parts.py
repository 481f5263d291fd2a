"""A value cut over two parts of one text: a stream shows what the whole answer would, however it came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.stream.body import apply, inspect_slots
from gateway.stream.holdback import Scanner, redact, settled
from gateway.stream.waiting import Waiting
from gateway.verdict import Direction
from gateway.wire.json_text import parse
from tests.dialects.parts import PARTED, Parted, read
from tests.planted import Sample, few, small
from tests.playbook import play, scanner, session

VALUES = ("jane@example.com", "536-22-8726", "4111 1111 1111 1111", "+1 415-555-0132")
forms = pytest.mark.parametrize("form", PARTED, ids=lambda form: form.name)


def whole(form: Parted, texts: Sequence[str], by: Scanner, *, cut_off: bool = False) -> list[str]:
    """The parts of a whole answer, inspected."""
    root = parse(json.dumps(form.whole(texts, cut_off=cut_off)).encode(), max_depth=64, max_nodes=10_000)
    slots, rules = form.wire.response_slots(root), form.wire.rules
    found = inspect_slots(slots, by, rules, Direction.RESPONSE, attachments=False)
    return form.shown(json.loads(apply(root.body, found.edits)))


def streamed(form: Parted, parts: Sequence[Sequence[str]], by: Scanner, *, cut_off: bool = False) -> list[str]:
    """The parts of a stream, which are the same wherever it says them."""
    trace = play(form.stream(parts, cut_off=cut_off), using=session(by, wire=form.wire))
    assert trace.error is None
    told = form.told(read(trace.sent))
    assert all(one == told[0] for one in told), "a snapshot is not the sum of its deltas"
    return told[0]


def cut(text: str, *at: int) -> list[str]:
    return [text[low:high] for low, high in pairwise([0, *sorted(at), len(text)])]


def agree(form: Parted, texts: Sequence[str], by: Scanner, *, cut_off: bool = False) -> str:
    """What both show of these parts, as one text."""
    expected = whole(form, texts, by, cut_off=cut_off)
    for deltas in ([[*text[:99], text[99:]] for text in texts], [[text] for text in texts]):
        assert streamed(form, deltas, by, cut_off=cut_off) == expected
    return "".join(expected)


@forms
@pytest.mark.parametrize("value", VALUES)
def test_a_value_cut_anywhere_over_two_parts(form: Parted, value: str) -> None:
    text = f"So: {value} on"
    for at in range(len(text) + 1):
        assert agree(form, cut(text, at), small()) == redact(small(), text).text


@pytest.mark.slow
@forms
@pytest.mark.parametrize("sample", few(), ids=str)
def test_every_kind_cut_anywhere_over_two_parts(form: Parted, sample: Sample) -> None:
    text = f"So: {sample.text} and on."
    for at in range(len(text) + 1):
        assert not sample.leaks(agree(form, cut(text, at), scanner()))


@forms
@settings(max_examples=25, deadline=None)
@given(st.sampled_from(few()), st.data())
def test_every_kind_cut_over_several_parts(form: Parted, sample: Sample, data: st.DataObject) -> None:
    """Empty parts among them, and texts that stop short."""
    text = f"So: {sample.text} and on."
    at = data.draw(st.lists(st.integers(0, len(text)), min_size=1, max_size=4))
    assert not sample.leaks(agree(form, cut(text, *at), scanner(), cut_off=data.draw(st.booleans())))


@forms
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([*VALUES, " ", "so ", "1", "-", "ssn", "a@b", "9" * 9, "x " * 300]), max_size=6), st.data()
)
def test_any_texts_cut_anywhere(form: Parted, words: list[str], data: st.DataObject) -> None:
    text = "".join(words)
    at = data.draw(st.lists(st.integers(0, len(text)), min_size=1, max_size=4))
    agree(form, cut(text, *at), small(), cut_off=data.draw(st.booleans()))


@forms
def test_what_each_reading_covers_is_covered(form: Parted) -> None:
    """A number that stands alone in its part and is none in the text, and the other way round."""
    for texts in (["536-22-8726", "9 apples"], ["no 1", "536-22-8726"], ["a", "jane@example.com", "x.org"]):
        shown = agree(form, texts, small())
        for text in texts:
            for start, end, _ in settled(small(), text)[0]:
                assert text[start:end] not in shown


@forms
def test_the_test_can_fail(form: Parted, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that reads each part alone."""
    monkeypatch.setattr(Waiting, "goes_on", lambda *_: False)
    with pytest.raises(AssertionError):
        agree(form, cut(f"So: {VALUES[2]} on", 13), small())
