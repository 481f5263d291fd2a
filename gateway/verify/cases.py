"""The cases with a value in them: where it is planted, and how it is cut."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gateway.verify import positions, troubles
from gateway.verify.answers import (
    CONTENT,
    PAUSE_SECONDS,
    Answer,
    Field,
    Spans,
    deltas,
    payload,
    streamed,
    whole,
)
from gateway.verify.case import Case, Group, judge_answer, judge_request, judge_trouble
from gateway.verify.planted import AFTER, BEFORE, Planted

REQUEST, RESPONSE = "request", "response"
SMILE = "\N{SLIGHTLY SMILING FACE}"
ASKED = {"messages": [{"role": "user", "content": "Please go on."}]}
OK = whole(CONTENT, "Yes.")


def probe(example: Planted, direction: str) -> Case:
    """The value whole, where nothing could be plainer."""
    if direction == REQUEST:
        return next(request_cases(example, group=Group.PROBE, positions_too=False))
    text, _ = example.framed
    return stream_case(example, CONTENT, Group.PROBE, "whole", streamed(CONTENT, [text]))


def two_parts(spans: Spans) -> list[int]:
    """Every offset at which a cut touches a value, both its edges included."""
    return sorted({offset for start, end in spans for offset in range(start, end + 1)})


def two_offsets(spans: Spans) -> list[int]:
    """Two offsets well inside the first value."""
    start, end = spans[0]
    third = max((end - start) // 3, 1)
    return sorted({start + third, max(end - third, start + 1)})


def cut_cases(example: Planted, place: Field, group: Group, cuts: Callable[[Spans], Iterable[int]]) -> Iterator[Case]:
    """The value in two deltas, then one character of it a delta."""
    said = payload(place, example)
    if said is None:
        return
    text, spans = said
    for offset in cuts(spans):
        answer = streamed(place, [text[:offset], text[offset:]], ascii_only=offset % 2 == 1)
        yield stream_case(example, place, group, f"at {offset - spans[0][0]}", answer)
    start, end = spans[0][0], spans[-1][1]
    singly = [text[:start], *text[start:end], text[end:]]
    yield stream_case(example, place, group, "each character", streamed(place, singly))


def pair_cases(example: Planted, place: Field) -> Iterator[Case]:
    """The value in three deltas, at every two offsets."""
    said = payload(place, example)
    assert said is not None  # noqa: S101 - content holds any text
    text, spans = said
    for first, second in itertools.combinations(range(spans[0][0] + 1, spans[0][1]), 2):
        answer = streamed(place, [text[:first], text[first:second], text[second:]])
        cut = f"at {first - spans[0][0]} and {second - spans[0][0]}"
        yield stream_case(example, place, Group.CONTENT, cut, answer)


def whole_cases(example: Planted, places: Iterable[Field]) -> Iterator[Case]:
    """The value in answers that are not streamed."""
    for place in places:
        if (said := payload(place, example)) is not None:
            judge = judge_answer(example, place)
            answer = whole(place, said[0], ascii_only=place is not CONTENT)
            yield Case(example.entity, Group.WHOLE, place.name, "whole body", body(streams=False), answer, judge)


def byte_cases(example: Planted, *, everywhere: bool) -> Iterator[Case]:
    """The bytes of the stream in two writes: inside each character of several bytes in the example and next to it,
    and (if `everywhere`) at each byte of its event."""
    text = f"{BEFORE}{SMILE} {example.text} {SMILE}{AFTER}"
    events = deltas(CONTENT, [text])
    raw = b"".join(events)
    first = len(events[0]) + events[1].index(SMILE.encode())
    last = len(events[0]) + events[1].rindex(SMILE.encode()) + len(SMILE.encode())
    inside = {at for at in range(first, last) if raw[at] & 0xC0 == 0x80}
    for at in range(len(events[0]), len(events[0]) + len(events[1]) + 1) if everywhere else sorted(inside):
        answer = Answer([raw[:at], raw[at:]], pause_seconds=PAUSE_SECONDS)
        yield stream_case(example, CONTENT, Group.BYTES, f"at byte {at - first}", answer)


def request_cases(
    example: Planted, *, every_cut: bool = False, positions_too: bool = True, group: Group = Group.REQUESTS
) -> Iterator[Case]:
    """The value in requests."""
    for request in positions.requests(example, every_cut=every_cut, positions=positions_too):
        judge = judge_request(example, request)
        yield Case(example.entity, group, request.position, "request", {**request.body, "stream": False}, OK, judge)


def trouble_cases(example: Planted) -> Iterator[Case]:
    """The value at a provider in trouble."""
    for name, answer, head_passes in troubles.after_a_head(example):
        judge = judge_trouble(example, head_passes=head_passes)
        yield Case(example.entity, Group.TROUBLE, name, "after a head", body(streams=True), answer, judge)
    judge = judge_trouble(example)
    for name, answer in troubles.instead(example):
        for streams in (False, True):
            cut = "to a stream" if streams else "to a request"
            yield Case(example.entity, Group.TROUBLE, name, cut, body(streams=streams), answer, judge)


def stream_case(example: Planted, place: Field, group: Group, cut: str, answer: Answer) -> Case:
    """A case of a streamed answer."""
    return Case(example.entity, group, place.name, cut, body(streams=True), answer, judge_answer(example, place))


def body(*, streams: bool) -> dict[str, Any]:
    """The request of a case whose answer matters."""
    return {**ASKED, "stream": streams}
