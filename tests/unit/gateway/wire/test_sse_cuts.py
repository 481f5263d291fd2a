"""Server-sent events: every cut of every stream gives the same, caps included, and no byte costs twice."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import ResponseTooLarge
from gateway.wire.sse import PING, Kind, SseDecoder, encode
from tests.unit.gateway.wire.sse_runs import MARK, NO_CAP, bytewise, cut, run

FIELDS = [b"data", b"event", b"id", b"retry", b"other", b":", b": ", b" "]
ENDS = [b"\n", b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n"]
TEXTS = [b"x", b"{}", b"7", b"\0", "é".encode(), "😀".encode(), b"\xff", MARK]
EVENTS = [b"data: 1\n\n", b"event: a\ndata: 2\n\n", b":\n\n"]
PIECES = st.sampled_from([*FIELDS, *ENDS, *TEXTS, *EVENTS])
STREAMS = st.lists(PIECES, max_size=40).map(b"".join)
CUTS = st.lists(st.integers(min_value=0), max_size=8)


def standard(stream: bytes) -> list[tuple[bytes, bytes]]:
    """Data and name of the events that the standard dispatches, straight from its text (9.2.6)."""
    lines = re.split(rb"\r\n|\n|\r", stream.removeprefix(MARK))
    events, data, name = [], b"", b""
    for line in lines[:-1]:  # what follows the last line end is no line yet
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            if data:
                events.append((data.removesuffix(b"\n"), name))
            data, name = b"", b""
        elif field == b"data":
            data += value + b"\n"
        elif field == b"event":
            name = value
    return events


@pytest.mark.parametrize(
    "stream",
    [
        'data: {"a": "é😀"}\n\ndata: b\r\n\r\n: ping\n\nevent: x\ndata: c\ndata: d\n\nid: 1\n\ndata: e\n\n'.encode(),
        "\ufeff\r\ndata: a\r\n\r\n\r\n\r\ndata: b\r\n\r\ndata: half".encode(),
        b"data: a\r\rdata: b\r\r\ndata: c\r\r",
        b"data: a\n\rdata: b\n\r\ndata: c\n\r",
        b"data: a\r\n:\n\nevent: x\ny\ndata: b\n\n",
    ],
)
def test_every_cut_in_two_and_three(stream: bytes) -> None:
    whole = run([stream])
    assert run(bytewise(stream)) == whole
    for first in range(len(stream) + 1):
        assert run([stream[:first], stream[first:]]) == whole
        for second in range(first, len(stream) + 1):
            assert run([stream[:first], stream[first:second], stream[second:]]) == whole


@given(STREAMS, CUTS)
@example(MARK[:2], [1])
@example(b"\n\r", [])
@example(b"data: x\n\r", [8])
def test_cutting_changes_nothing(stream: bytes, places: list[int]) -> None:
    whole = run([stream])
    assert run(cut(stream, places)) == whole
    assert run(bytewise(stream)) == whole


@given(STREAMS)
def test_raw_bytes_join_to_the_input(stream: bytes) -> None:
    events, rest = run([stream])
    assert rest is not None
    assert b"".join(event.raw for event in events) + rest == stream


@given(STREAMS)
def test_the_events_are_those_of_the_standard(stream: bytes) -> None:
    events, _ = run([stream])
    expected = [(data, name.decode(errors="replace")) for data, name in standard(stream)]
    assert [(event.data, event.event) for event in events if event.has_data] == expected


@given(STREAMS)
def test_what_may_replace_raw_says_the_same(stream: bytes) -> None:
    """A client reads the same events whether it is sent the raw bytes or what `SseEvent` tells to send instead."""
    events, _ = run([stream])
    sent = [encode(event.data, event.event) if event.has_data else PING for event in events]
    again, rest = run([b"".join(sent)])
    assert rest == b""
    assert [(event.data, event.event) for event in again if event.has_data] == [
        (event.data, event.event) for event in events if event.has_data
    ]
    assert all(event.kind in {Kind.PLAIN, Kind.COMMENT} for event in again)


def test_an_event_goes_out_with_its_last_byte() -> None:
    decoder = SseDecoder(NO_CAP)
    for end in (b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n"):
        stream = b"data: {}" + end
        assert [len(decoder.feed(stream[at : at + 1])) for at in range(len(stream))] == [0] * (len(stream) - 1) + [1]


@given(STREAMS, CUTS, st.integers(min_value=0, max_value=30))
def test_the_cap_breaks_at_the_same_event_however_it_is_cut(stream: bytes, places: list[int], cap: int) -> None:
    events, rest = run([stream], cap)
    assert run(cut(stream, places), cap) == (events, rest)
    assert run(bytewise(stream), cap) == (events, rest)
    assert all(len(event.raw) <= cap for event in events)
    uncapped, incomplete = run([stream])
    assert incomplete is not None
    fits = [len(event.raw) <= cap for event in uncapped] + [len(incomplete) <= cap]
    assert len(events) == min(len(uncapped), fits.index(False) if False in fits else len(uncapped))
    assert (rest is None) == (False in fits)


def test_events_before_the_cap_come_first_and_the_decoder_stays_closed() -> None:
    decoder = SseDecoder(16)
    assert [event.data for event in decoder.feed(b"data: a\n\ndata: 0123456789\n\ndata: b\n\n")] == [b"a"]
    for _ in range(2):
        with pytest.raises(ResponseTooLarge):
            decoder.feed(b"data: b\n\n")
        with pytest.raises(ResponseTooLarge):
            decoder.end()


@pytest.mark.parametrize("endless", [b"data: x", b"\n", b": ping\n", b"x" * 100])
def test_memory_is_bounded_by_the_cap(endless: bytes) -> None:
    decoder = SseDecoder(1000)
    for _ in range(1000 // len(endless)):
        assert decoder.feed(endless) == []
    with pytest.raises(ResponseTooLarge):
        decoder.feed(endless)
    assert len(decoder._pending) == 0


@pytest.mark.parametrize("line", [b"x" * 50, b"data: x\n", b"data: x\r\n", b"data: x\r", b"data: x\n:\r\n"])
@pytest.mark.parametrize("size", [1, 16])
def test_no_byte_is_searched_again(line: bytes, size: int) -> None:
    """Counted and not timed: a search begins where the one before it ended, less the two bytes that an end may need."""
    decoder = SseDecoder(NO_CAP)
    stream = b"data: " + line * (20_000 // len(line))
    searched = 0
    for at in range(0, len(stream), size):
        searched += len(decoder._pending) + size - decoder._searched
        assert decoder.feed(stream[at : at + size]) == []
    assert searched <= len(stream) + (2 + size) * (len(stream) // size + 1)


def test_five_megabytes_in_small_chunks() -> None:
    stream = b"data: " + b"x" * 5_000_000 + b"\n\n"
    [event], rest = run([stream[at : at + 16] for at in range(0, len(stream), 16)])
    assert (len(event.data), rest) == (5_000_000, b"")
