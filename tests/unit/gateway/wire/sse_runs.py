"""Streams of server-sent events: feed them in any chunks, and cut them anywhere."""

from itertools import pairwise

from gateway.errors import ResponseTooLarge
from gateway.wire.sse import SseDecoder, SseEvent

NO_CAP = 1 << 30
MARK = b"\xef\xbb\xbf"


def run(chunks: list[bytes], cap: int = NO_CAP) -> tuple[list[SseEvent], bytes | None]:
    """The events, and the incomplete rest; None when an event was over the cap."""
    decoder = SseDecoder(cap)
    events: list[SseEvent] = []
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        end = decoder.end()
    except ResponseTooLarge:
        return events, None
    return [*events, *end.events], end.incomplete


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(bounds)]


def bytewise(stream: bytes) -> list[bytes]:
    return [stream[at : at + 1] for at in range(len(stream))]
