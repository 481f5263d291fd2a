"""Law 2 at the level of bytes: how a stream was cut shows nowhere, and no value shows at all.

Every recognizer lends its own examples. What becomes of a text as a whole is the measure; here only the cuts differ.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.stream.events import BytesReceived, EndOfBody, Event, Send
from tests.planted import Sample, few, halves, one_each, samples
from tests.playbook import DONE, arguments, content, delta, play, session, sse_datas, stop, texts

CALL = ("tool_calls", 0, "function", "arguments")
FIELDS = ["content", "reasoning_content", "refusal", "x_new"]


def cut(text: str, at: Iterable[int]) -> list[str]:
    return [text[a:b] for a, b in pairwise([0, *sorted(at), len(text)])]


def watched(chunks: Iterable[bytes], sample: Sample) -> bytes:
    """Everything the client got; at no moment a part of the value, neither as bytes nor as any text it could join."""
    one, sent = session(), b""
    events: list[Event] = [*map(BytesReceived, chunks), EndOfBody()]
    for event in events:
        for command in one.receive(event):
            if isinstance(command, Send):
                sent += command.data
    assert not sample.leaks(sent.decode())
    datas = [json.loads(data) for data in sse_datas(sent) if data != "[DONE]"]
    assert not sample.leaks(json.dumps(datas, ensure_ascii=False))
    for path, joined in texts(datas).items():
        assert not sample.leaks(joined), path
    return sent


def shown(chunks: Iterable[bytes], sample: Sample, path: Sequence[str | int], choice: int = 0) -> str:
    sent = watched(chunks, sample)
    return texts(json.loads(data) for data in sse_datas(sent) if data != "[DONE]")[choice, *path]


def call_of(text: str, *, ascii_only: bool) -> str:
    return json.dumps({"note": text, "n": [1, True]}, ensure_ascii=ascii_only)


# The same bytes, cut anywhere.


def _crlf(body: bytes) -> bytes:
    return body.replace(b"\n", b"\r\n")


def _cr(body: bytes) -> bytes:
    return body.replace(b"\n", b"\r")


def _streams(sample: Sample, other: Sample) -> dict[str, bytes]:
    """Streams of the kinds that differ in how they are read, each with a value cut over its events."""
    text, middle = sample.text, len(sample.text) // 2
    left, right = text[:middle], text[middle:]
    document = call_of(text, ascii_only=True)
    plain = content(left, right) + stop() + DONE
    both = delta({"reasoning_content": left, "content": other.text}) + delta({"reasoning_content": right})
    choices = content(left) + content(other.text, choice=1) + content(right) + stop("length") + stop(choice=1) + DONE
    return {
        "content": plain,
        "reasoning": both + delta({"content": " end"}, finish="stop") + DONE,
        "refusal, no [DONE]": content(left, right, field_name="refusal") + stop(),
        "arguments": arguments(document[: len(document) // 2], document[len(document) // 2 :]) + stop() + DONE,
        "unknown": content(left, right, field_name="new") + stop() + DONE,
        "two choices": choices,
        "CRLF": _crlf(plain),
        "CR": _cr(plain),
        "comments": b": one\n\n" + plain.replace(b"\n\n", b"\n\n: ping\n\nid: 7\n\n", 1) + b": two\n\n",
        "byte order mark": b"\xef\xbb\xbf" + plain,
        "broken off": content(left, right) + b'data: {"choices":[{"delta":{"content":"',
        "error": content("so ") + b'data: {"error":{"message":%b}}\n\n' % json.dumps(text).encode(),
    }


KINDS = list(_streams(one_each()[0], one_each()[0]))


def _cut_everywhere(name: str, sample: Sample, other: Sample) -> None:
    body = _streams(sample, other)[name]
    whole = play([body]).sent
    assert not sample.leaks(whole.decode())
    assert play([body[at : at + 1] for at in range(len(body))]).sent == whole
    for at in range(len(body)):
        assert play([body[:at], body[at:]]).sent == whole, at


@pytest.mark.parametrize("name", KINDS)
def test_bytes_cut_at_every_offset(name: str) -> None:
    """Another value for every kind of stream."""
    values, at = few(), KINDS.index(name)
    _cut_everywhere(name, values[at % len(values)], values[(at + 1) % len(values)])


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("sample", few(), ids=str)
def test_bytes_of_every_value_cut_at_every_offset(name: str, sample: Sample) -> None:
    _cut_everywhere(name, sample, few()[0])


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(one_each()), st.data())
def test_bytes_cut_at_random(name: str, sample: Sample, data: st.DataObject) -> None:
    body = _streams(sample, one_each()[0])[name]
    at = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    chunks = [body[a:b] for a, b in pairwise([0, *at, len(body)])]
    assert play(chunks).sent == play([body]).sent


# The same text, cut into other deltas.


def test_there_are_values_of_many_kinds() -> None:
    assert len(few()) == 12
    assert {one.entity for one in few()} <= {one.entity for one in one_each()}
    assert all(sample.cores for sample in few())


@pytest.mark.parametrize("sample", few(), ids=str)
def test_text_cut_into_two_deltas_anywhere(sample: Sample) -> None:
    ascii_only = len(sample.text) % 2 == 0
    for parts in halves(sample.text):
        assert shown([content(*parts, ascii_only=ascii_only) + stop() + DONE], sample, ["content"]) == sample.expected


@pytest.mark.parametrize("sample", few(), ids=str)
def test_arguments_cut_into_two_deltas_anywhere(sample: Sample) -> None:
    document = call_of(sample.text, ascii_only=len(sample.text) % 2 == 1)
    for parts in halves(document):
        got = shown([arguments(*parts) + stop() + DONE], sample, CALL)
        assert json.loads(got) == {"note": sample.expected, "n": [1, True]}


@pytest.mark.parametrize("sample", one_each(), ids=str)
def test_every_value_in_a_few_cuts(sample: Sample) -> None:
    """In the content at random cuts, in arguments one character an event."""
    generator = random.Random(sample.entity)
    for _ in range(3):
        pieces = cut(sample.text, (generator.randrange(len(sample.text) + 1) for _ in range(3)))
        assert shown([content(*pieces) + stop() + DONE], sample, ["content"]) == sample.expected
    document = call_of(sample.text, ascii_only=generator.random() < 0.5)
    assert json.loads(shown([arguments(*document) + stop() + DONE], sample, CALL))["note"] == sample.expected


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(samples())), ids=[str(sample) for sample in samples()])
def test_every_example_cut_anywhere(at: int) -> None:
    """Each in one of the fields, and in arguments."""
    sample, name, ascii_only = samples()[at], FIELDS[at % len(FIELDS)], at % 2 == 0
    for parts in halves(sample.text):
        body = content(*parts, field_name=name, ascii_only=ascii_only) + stop() + DONE
        assert shown([body], sample, [name]) == sample.expected
    document = call_of(sample.text, ascii_only=not ascii_only)
    for parts in halves(document):
        got = shown([arguments(*parts) + stop() + DONE], sample, CALL)
        assert json.loads(got)["note"] == sample.expected


def _short() -> list[Sample]:
    return sorted(few(), key=lambda sample: len(sample.text))[:3]


@pytest.mark.parametrize("sample", _short(), ids=str)
def test_text_cut_at_every_pair_of_offsets(sample: Sample) -> None:
    size = len(sample.text)
    for first in range(size):
        for second in range(first + 1, size):
            body = content(*cut(sample.text, (first, second))) + stop()
            assert play([body]).texts[0, "content"] == sample.expected


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_text_cut_at_random(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(samples()))
    name = data.draw(st.sampled_from(FIELDS))
    cuts = data.draw(st.lists(st.integers(0, len(sample.text)), max_size=10))
    ascii_only = data.draw(st.booleans())
    finish: Any = data.draw(st.sampled_from([None, "", "stop"]))  # with every piece, as some servers do
    pieces = [delta({name: piece}, finish=finish, ascii_only=ascii_only) for piece in cut(sample.text, cuts)]
    assert shown([b"".join(pieces) + stop() + DONE], sample, [name]) == sample.expected


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_choices_and_fields_interleaved_at_random(data: st.DataObject) -> None:
    """Four channels with a value each; what one shows does not depend on the others."""
    ends = [(choice, name) for choice in (0, 1) for name in data.draw(st.permutations(FIELDS))[:2]]
    lines = [data.draw(st.sampled_from(one_each())) for _ in ends]
    left = [cut(one.text, data.draw(st.lists(st.integers(0, len(one.text)), max_size=5))) for one in lines]
    body = b""
    while any(left):
        which = data.draw(st.sampled_from([at for at, pieces in enumerate(left) if pieces]))
        choice, name = ends[which]
        body += content(left[which].pop(0), choice=choice, field_name=name)
    sent = play([body + stop() + stop(choice=1) + DONE]).sent
    got = texts(json.loads(data) for data in sse_datas(sent) if data != "[DONE]")
    assert got == {end: one.expected for end, one in zip(ends, lines, strict=True)}


def test_a_long_mixed_stream_at_fixed_random_cuts() -> None:
    """All values in one text, in three channels at once, with other deltas each time."""
    generator = random.Random(20)
    lines = [one for one in few() if one.text.isascii() and "\n" not in one.text]
    text = "\n\n".join(f"Line {len(one.text)}: {one.text} end." for one in lines)
    answers = set()
    for _ in range(4):
        body = b""
        for piece in cut(text, sorted(generator.randrange(len(text)) for _ in range(150))):
            body += content(piece) + content(piece, field_name="refusal") + content(piece, choice=1)
        got = play([body + stop() + stop(choice=1) + DONE]).texts
        assert len(set(got.values())) == 1
        answers.add(got[0, "content"])
    assert len(answers) == 1
    answer = answers.pop()
    for one in lines:
        assert one.text not in answer
