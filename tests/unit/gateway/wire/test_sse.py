"""Server-sent events: the standard's rules one by one, the end of a body, and encoding."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import StreamMisuse, UpstreamProtocolError
from gateway.wire.sse import Kind, SseDecoder, encode
from tests.unit.gateway.wire.sse_runs import MARK, NO_CAP, bytewise, run


@pytest.mark.parametrize(
    ("stream", "data", "event", "kind"),
    [
        (b"data: {}\n\n", b"{}", "", Kind.PLAIN),
        (b"data: {}\r\n\r\n", b"{}", "", Kind.PLAIN),
        (b"data: {}\r\r", b"{}", "", Kind.PLAIN),
        (b"data: {}\n\r\n", b"{}", "", Kind.PLAIN),
        (b"data: {}\r\n\n", b"{}", "", Kind.PLAIN),
        (b"data:{}\n\n", b"{}", "", Kind.PLAIN),
        (b"data:  {}\n\n", b" {}", "", Kind.PLAIN),
        (b"data\n\n", b"", "", Kind.PLAIN),
        (b"data:\n\n", b"", "", Kind.PLAIN),
        (b"data: \n\n", b"", "", Kind.PLAIN),
        (b"data:\r\n\r\n", b"", "", Kind.PLAIN),
        (b"data: [DONE]\n\n", b"[DONE]", "", Kind.PLAIN),
        (b"data: a: b\n\n", b"a: b", "", Kind.PLAIN),
        (b"data: a\ndata: b\n\n", b"a\nb", "", Kind.PLAIN),
        (b"data: a\r\ndata\r\ndata: b\r\n\r\n", b"a\n\nb", "", Kind.PLAIN),
        (b"event: delta\ndata: {}\n\n", b"{}", "delta", Kind.PLAIN),
        (b"event: delta\ndata:{}\n\n", b"{}", "delta", Kind.PLAIN),
        (b"event:delta\r\ndata: {}\r\n\r\n", b"{}", "delta", Kind.PLAIN),
        (b"data: {}\nevent: delta\n\n", b"{}", "delta", Kind.PLAIN),
        (b"event\ndata: {}\n\n", b"{}", "", Kind.PLAIN),
        (b"event: \xff\ndata: {}\n\n", b"{}", "\ufffd", Kind.PLAIN),
        (MARK + b"data: {}\n\n", b"{}", "", Kind.PLAIN),
        (b"\n\n\r\ndata: {}\n\n", b"{}", "", Kind.PLAIN),
        (MARK + b"\ndata: {}\n\n", b"{}", "", Kind.PLAIN),
        (b": hi\ndata: {}\n\n", b"{}", "", Kind.MIXED),
        (b"data: {}\nid: 7\n\n", b"{}", "", Kind.MIXED),
        (b"data: {}\nretry: 7\n\n", b"{}", "", Kind.MIXED),
        (b"data: {}\nname: jane\n\n", b"{}", "", Kind.MIXED),
        (b"data: {}\n data: jane\n\n", b"{}", "", Kind.MIXED),
        (b"Data: jane\ndata: {}\n\n", b"{}", "", Kind.MIXED),
        (b"event: jane\nevent: delta\ndata: {}\n\n", b"{}", "delta", Kind.MIXED),
        (MARK + MARK + b"data: jane\n\n", b"", "", Kind.FIELDS),
        (b"event: delta\n\n", b"", "delta", Kind.FIELDS),
        (b"id: 7\n\n", b"", "", Kind.FIELDS),
        (b"dat: {}\n\n", b"", "", Kind.FIELDS),
        (b": ping\n\n", b"", "", Kind.COMMENT),
        (b":\n\n", b"", "", Kind.COMMENT),
        (b": a\r\n: b\r\n\r\n", b"", "", Kind.COMMENT),
    ],
)
def test_one_event(stream: bytes, data: bytes, event: str, kind: Kind) -> None:
    for chunks in ([stream], bytewise(stream)):
        [found], rest = run(chunks)
        assert (found.data, found.event, found.kind, found.raw, rest) == (data, event, kind, stream, b"")
        assert found.has_data == (kind in {Kind.PLAIN, Kind.MIXED})


@pytest.mark.parametrize(
    ("fields", "last_id", "retry"),
    [
        (b"id: 7\n", "7", None),
        (b"id\n", "", None),
        (b"id: 7\nid: 8\n", "8", None),
        (b"id: 7\nid: 8\0\n", "7", None),
        (b"id: \xff\n", "\ufffd", None),
        (b"retry: 3000\n", None, 3000),
        (b"retry: 3000\nretry: soon\n", None, 3000),
        (b"retry: -1\n", None, None),
        (b"retry: 1e3\n", None, None),
        (b"retry: " + b"9" * 5000 + b"\n", None, None),
        (b"retry\n", None, None),
    ],
)
def test_id_and_retry(fields: bytes, last_id: str | None, retry: int | None) -> None:
    [found], _ = run([b"data: {}\n" + fields + b"\n"])
    assert (found.id, found.retry_milliseconds) == (last_id, retry)


def test_an_id_belongs_to_its_event_only() -> None:
    events, _ = run([b"id: 7\ndata: a\n\ndata: b\n\n"])
    assert [event.id for event in events] == ["7", None]


@pytest.mark.parametrize(
    ("stream", "count", "incomplete"),
    [
        (b"", 0, b""),
        (b"data: a\n\n", 1, b""),
        (b"data: a\n\n\n", 1, b"\n"),
        (b"data: a\n\ndata: jane\n", 1, b"data: jane\n"),
        (b"data: a\n\ndata: jane", 1, b"data: jane"),
        (b"data: a\r\n\r", 1, b""),
        (b"data: a\r", 0, b"data: a\r"),
        (b"\n\r", 0, b"\n\r"),
        (MARK, 0, MARK),
        (MARK[:1], 0, MARK[:1]),
        (MARK + b"\n\r", 0, MARK + b"\n\r"),
    ],
)
def test_half_an_event_is_reported_and_not_delivered(stream: bytes, count: int, incomplete: bytes) -> None:
    events, rest = run([stream])
    assert (len(events), rest) == (count, incomplete)


def test_text_is_decoded_on_demand_and_strictly() -> None:
    [good, bad], _ = run(["data: é\n\n".encode(), b"data: jane \xc3\n\n"])
    assert good.text() == "é"
    with pytest.raises(UpstreamProtocolError) as caught:
        bad.text()
    assert caught.value.at_byte == 5
    assert caught.value.__context__ is None  # the foreign exception holds the text
    assert "jane" not in str(caught.value) + repr(bad)


def test_nothing_of_the_text_is_in_a_repr() -> None:
    decoder = SseDecoder(NO_CAP)
    [event] = decoder.feed(b"event: jane\nid: jane\ndata: jane\n\ndata: jane")
    assert "jane" not in f"{event!r} {event} {decoder!r} {decoder.end()!r}"


@pytest.mark.parametrize(
    ("data", "event", "wire"),
    [
        (b"{}", "", b"data: {}\n\n"),
        (b"", "", b"data: \n\n"),
        (b" x", "", b"data:  x\n\n"),
        (b"{}", "delta", b"event: delta\ndata: {}\n\n"),
        (b"a\nb", "", b"data: a\ndata: b\n\n"),
        (b"a\r\nb\rc\n", "e", b"event: e\ndata: a\ndata: b\ndata: c\ndata: \n\n"),
        (b"{}", "\ud83d", b"event: ?\ndata: {}\n\n"),
    ],
)
def test_encode(data: bytes, event: str, wire: bytes) -> None:
    assert encode(data, event) == wire


@pytest.mark.parametrize("event", ["a\nb", "a\rb", "\n"])
def test_a_name_cannot_start_another_field(event: str) -> None:
    with pytest.raises(StreamMisuse):
        encode(b"{}", event)


@settings(max_examples=200)
@given(st.binary(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20))
def test_what_is_encoded_is_decoded(data: bytes, event: str) -> None:
    [found], rest = run([encode(data, event)])
    assert (found.data, found.event, rest) == (re.sub(rb"\r\n|\r", b"\n", data), event, b"")
    assert found.kind is Kind.PLAIN
