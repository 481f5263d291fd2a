"""What the provider of the benchmark says: plain prose, in the pieces that models send."""

from __future__ import annotations

import json
import re
from itertools import cycle, islice

PROSE = (
    "The harbour had been quiet for most of the winter, and when the first boats came back in March nobody on the pier "
    "was quite ready for them. Three of the twelve berths were still under repair; the others had been given away to "
    'the ferry company, which (as it told everyone who asked) had "always" used them. By noon there were 27 boats and '
    "room for nine. Someone laughed, someone else began to shout, and the harbour master walked slowly down to the "
    "water with his hands in his pockets.\n\n"
    "What happened next is told in different ways. Some say that he drew lots, as his father had done in 1974; others "
    "remember a list, written in blue ink, that decided everything in less than 15 minutes. In either case:\n\n"
    "1. the smallest boats were let in first,\n2. the largest ones had to wait outside,\n3. and nobody paid a fee.\n\n"
    "It cost the town about 4,200 in lost income - not much, it said later, for a spring without a single complaint. "
    "People still talk about it, mostly when prices rise or when the weather is bad, and they're proud of it too.\n"
)
_PIECES = re.compile(r"\s*\S{1,7}|\s+")
HEAD = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1700000000, "model": "bench"}


def pieces(count: int) -> list[str]:
    """So many deltas: words with the space before them, long ones in two."""
    return list(islice(cycle(_PIECES.findall(PROSE)), count))


def event(delta: dict[str, str], finish: str | None = None) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return b"data: %b\n\n" % json.dumps({**HEAD, "choices": [choice]}, separators=(",", ":")).encode()


def stream(count: int) -> list[bytes]:
    """The events of a stream with so many deltas: the first one names the role, the last two end it."""
    said = [event({"content": piece}) for piece in pieces(count)]
    return [event({"role": "assistant", "content": ""}), *said, event({}, "stop"), b"data: [DONE]\n\n"]


def body(count: int) -> bytes:
    """The same text as an answer that is not streamed."""
    message = {"role": "assistant", "content": "".join(pieces(count))}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({**HEAD, "object": "chat.completion", "choices": [choice]}).encode()
