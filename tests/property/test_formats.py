"""The laws of a stream, on every format and in every text field of it: no value leaks at any cut, what is clean stays
byte for byte, what is told again is told the same, and how the stream was cut shows nowhere."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import pytest

from gateway.stream.events import BytesReceived, EndOfBody, Event, Send
from tests.dialects import DIALECTS, PLACES, Dialect
from tests.planted import Sample, few, halves
from tests.playbook import Trace, play, session, sse_datas

NAMES = [f"{dialect.name}-{field}" for dialect, field in PLACES]
CLEAN = "Nothing to see here, only “words” and 12 numbers;\n\tand more of them: ünïcödé 🙂, a\\b, #{}[]."


def replay(dialect: Dialect, chunks: list[bytes]) -> Trace:
    return play(chunks, using=session(wire=dialect.wire))


def watched(dialect: Dialect, chunks: list[bytes], sample: Sample) -> list[Any]:
    """What the client got, read; at no moment a part of the value stood in it."""
    one, sent = session(wire=dialect.wire), b""
    events: list[Event] = [*map(BytesReceived, chunks), EndOfBody()]
    for event in events:
        for command in one.receive(event):
            if isinstance(command, Send):
                sent += command.data
                assert not sample.leaks(readable(sent))
    return [json.loads(data) if data != "[DONE]" else data for data in sse_datas(sent)]


def readable(sent: bytes) -> str:
    """The bytes as text, less a word of the format that ends like an address (`.completed`)."""
    return sent.decode().replace("response.completed", "")


def of_interest(place: int) -> list[Sample]:
    """Another two kinds of values for every field."""
    values = few()
    return [values[place % len(values)], values[(place + 5) % len(values)]]


@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=NAMES)
def test_a_value_cut_into_two_deltas_anywhere(dialect: Dialect, field: str) -> None:
    for sample in of_interest(PLACES.index((dialect, field))):
        is_json = field in dialect.json_fields
        text = json.dumps({"note": sample.text}) if is_json else sample.text
        for parts in halves(text):
            datas = watched(dialect, dialect.stream(field, parts, ascii_only=len(parts) == 2), sample)
            told = dialect.told(datas, field)
            assert len(set(told)) == 1, told
            shown = json.loads(told[0])["note"] if is_json else told[0]
            assert shown == sample.expected
            assert not any(dialect.is_error(data) for data in datas)


@pytest.mark.slow
@pytest.mark.parametrize("sample", few(), ids=str)
@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=NAMES)
def test_every_kind_of_value_in_every_field(dialect: Dialect, field: str, sample: Sample) -> None:
    is_json = field in dialect.json_fields
    text = json.dumps({"note": sample.text}) if is_json else sample.text
    for parts in halves(text):
        told = dialect.told(watched(dialect, dialect.stream(field, parts), sample), field)
        assert {json.loads(one)["note"] if is_json else one for one in told} == {sample.expected}


@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=NAMES)
@pytest.mark.parametrize("cut_off", [False, True], ids=["whole", "cut off"])
def test_clean_text_stays_byte_for_byte(dialect: Dialect, field: str, cut_off: bool) -> None:
    text = json.dumps({"note": CLEAN, "more": [1, True]}) if field in dialect.json_fields else CLEAN
    events = dialect.stream(field, list(text), cut_off=cut_off, ascii_only=False)
    datas = replay(dialect, events).datas
    assert set(dialect.told(datas, field)) == {text}
    whole = dialect.stream(field, [text], cut_off=cut_off)
    shown = replay(dialect, whole)
    assert set(dialect.told(shown.datas, field)) == {text}
    assert {json.dumps(data) for data in shown.datas} >= {json.dumps(data) for data in _settled(whole)}
    assert shown.error is None


def _settled(events: list[bytes]) -> list[Any]:
    """The events that say nothing in deltas and have no number: those stay as they are."""
    datas = [json.loads(data) if data != "[DONE]" else data for data in sse_datas(b"".join(events))]
    return [
        data
        for data in datas
        if isinstance(data, dict) and "delta" not in json.dumps(data) and not {"choices", "sequence_number"} & set(data)
    ]


@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=NAMES)
def test_bytes_cut_at_every_offset(dialect: Dialect, field: str) -> None:
    sample = of_interest(PLACES.index((dialect, field)))[0]
    text = json.dumps({"note": sample.text}) if field in dialect.json_fields else sample.text
    middle = len(text) // 2
    body = b"".join(dialect.stream(field, [text[:middle], text[middle:]]))
    whole = replay(dialect, [body]).sent
    assert not sample.leaks(readable(whole))
    assert replay(dialect, [body[at : at + 1] for at in range(len(body))]).sent == whole
    generator = random.Random(field)
    for _ in range(12):
        cuts = sorted(generator.sample(range(1, len(body)), 3))
        assert replay(dialect, [body[a:b] for a, b in pairwise([0, *cuts, len(body)])]).sent == whole


@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=NAMES)
def test_a_text_that_was_cut_off_does_not_end_in_half_a_value(dialect: Dialect, field: str) -> None:
    half = "Write to jane.doe@exam"
    text = '{"note": "' + half if field in dialect.json_fields else half
    told = dialect.told(replay(dialect, dialect.stream(field, list(text), cut_off=True)).datas, field)
    assert len(set(told)) == 1
    assert "jane.doe" not in told[0]
    assert "[CUT_OFF]" in told[0]
    whole = dialect.told(replay(dialect, dialect.stream(field, list(text))).datas, field)
    assert set(whole) == {text}, "the same end of a text that was not cut off is no value"


@pytest.mark.parametrize(("dialect", "field"), PLACES, ids=NAMES)
def test_a_stream_that_breaks_off_anywhere_leaks_nothing(dialect: Dialect, field: str) -> None:
    sample = few()[0]
    text = json.dumps({"note": sample.text}) if field in dialect.json_fields else sample.text
    events = dialect.stream(field, list(text))
    for size in range(1, len(events)):
        trace = replay(dialect, events[:size])
        assert len(sample.leaks(readable(trace.sent))) <= 1, "more than what four digits may show"
        if dialect.wire.ends_with_event:
            assert trace.error is not None
            assert dialect.is_error(trace.datas[-1])


@pytest.mark.parametrize("dialect", [d for d in DIALECTS if d.name == "responses"], ids=lambda d: d.name)
def test_sequence_numbers_count_on(dialect: Dialect) -> None:
    for field in dialect.fields:
        for parts in halves(few()[0].text)[::7]:
            datas = replay(dialect, dialect.stream(field, parts)).datas
            assert [data["sequence_number"] for data in datas] == list(range(len(datas))), field
