"""What is fuzzed: each target takes bytes, and raises when a law does not hold.

The laws: nothing but errors of ours comes out; work is done in time that grows with the input; a planted value that was
put into the bytes is in no output.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gateway.errors import GatewayError
from gateway.stream.body import apply, inspect_slots
from gateway.stream.events import BytesReceived, EndOfBody, Send
from gateway.stream.limits import StreamLimits
from gateway.stream.session import Session
from gateway.verdict import Direction
from gateway.wire.catalogue import wire_formats
from gateway.wire.format import WireFormat
from gateway.wire.json_text import parse
from gateway.wire.sse import SseDecoder
from gateway.wire.translation.catalogue import translations
from gateway.wire.translation.translation import Asked
from tests.fuzz.seeds import VALUE
from tests.planted import small

CORE = VALUE.encode()
LIMITS = StreamLimits(event_bytes=1 << 16, json_depth=32, json_nodes=5000, channels=64, events=2000)
Target = Callable[[bytes], None]


def sse(data: bytes) -> None:
    """The decoder of events: however cut, the same events."""

    def events(*chunks: bytes) -> list[tuple[bytes, str]] | None:
        decoder = SseDecoder(1 << 12)
        try:
            found = [event for chunk in chunks for event in decoder.feed(chunk)]
            found += decoder.end().events
        except GatewayError:
            return None
        return [(event.data, event.event) for event in found if event.has_data]

    middle = len(data) // 2
    assert (
        events(data) == events(*(data[at : at + 1] for at in range(len(data)))) == events(data[:middle], data[middle:])
    )


def json_text(data: bytes) -> None:
    """The parser with places: what it takes, `json` takes, and means the same."""
    try:
        root = parse(data, max_depth=32, max_nodes=5000)
    except GatewayError:
        return
    assert root.raw == data.strip(b" \t\n\r")
    json.loads(data)


def stream_of(wire: WireFormat) -> Target:
    """A session of this format, fed these bytes with values planted in them."""

    def target(data: bytes) -> None:
        planted = data.replace(b"@@", VALUE.encode())
        session, sent = Session(wire, small(), limits=LIMITS), b""
        for event in (
            BytesReceived(planted[: len(planted) // 3]),
            BytesReceived(planted[len(planted) // 3 :]),
            EndOfBody(),
        ):
            sent += b"".join(one.data for one in session.receive(event) if isinstance(one, Send))
        assert CORE not in sent

    return target


def bodies_of(wire: WireFormat) -> Target:
    """Whole bodies of this format, both ways."""

    def target(data: bytes) -> None:
        planted = data.replace(b"@@", VALUE.encode())
        try:
            root = parse(planted, max_depth=32, max_nodes=5000)
            wire.check(root)
            asked = inspect_slots(wire.request_slots(root), small(), wire.rules, Direction.REQUEST, attachments=True)
            sent = apply(planted, [*asked.edits, *wire.request_edits(root, asked.altered)])
            said = inspect_slots(wire.response_slots(root), small(), wire.rules, Direction.RESPONSE, attachments=True)
            blanks = wire.response_blanks(root, said.changed, said.altered)
            shown = apply(planted, [*said.edits, *blanks])
        except GatewayError:
            return
        for written in (sent, shown):
            json.loads(written)
            assert CORE not in written

    return target


def translation_of(pair: tuple[str, str]) -> Target:
    """A translation, each way."""

    def target(data: bytes) -> None:
        one = translations()[pair]

        def streamed() -> bytes:
            stream = one.stream(Asked("m", has_usage=True, event_bytes=1 << 16))
            return stream.feed(data) + stream.end()

        works: tuple[Callable[[], Any], ...] = (
            lambda: one.request(data),
            lambda: one.response(data, Asked("m")),
            lambda: one.error(data, 500),
            streamed,
        )
        for work in works:
            with suppress(GatewayError):
                work()

    return target


TARGETS: dict[str, Target] = {"sse": sse, "json_text": json_text}
for _wire in wire_formats():
    _name = type(_wire).__module__.rpartition(".")[2]
    TARGETS |= {f"stream_{_name}": stream_of(_wire), f"bodies_{_name}": bodies_of(_wire)}
for _pair in translations():
    TARGETS[f"translation_{_pair[0].rpartition('/')[2]}"] = translation_of(_pair)
