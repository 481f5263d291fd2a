"""`Session.take` is `Session.receive` with less wrapping, whatever comes."""

from __future__ import annotations

import pytest

from gateway.errors import ResponseTooLarge
from gateway.stream.events import BytesReceived, Finish, Send
from gateway.stream.limits import StreamLimits
from tests.planted import small
from tests.playbook import DONE, content, event, session, stop

BODIES = {
    "plain": content("Write to ", "jane@exam", "ple.com", " now.") + stop() + DONE,
    "two choices": b"".join(content(piece, choice=i) for piece in ("a ", "536-22-", "8726 ") for i in (0, 1)) + DONE,
    "no end": content("jane@exam"),
    "broken": content("a", "b") + b"data: {\n\n" + content("c"),
    "an error event": content("a", "jane@exam") + event({"error": {"message": "over"}}),
    "after the end": content("a") + DONE + content("b"),
    "a finished choice goes on": content("a") + stop() + content("b", "c") + stop() + content("d"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("size", [1, 7, 60, 150, 151, 400, 10_000])
def test_take_is_receive_without_its_wrapping(body: bytes, size: int) -> None:
    one, other = session(small()), session(small())
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    pieces += [part + b"\n\n" for part in body.split(b"\n\n") if size == 10_000]
    for piece in pieces:
        taken, received = one.take(piece), other.receive(BytesReceived(piece))
        if isinstance(taken, bytes):
            taken = [Send(taken)] if taken else []
        # Errors have no equality of their own.
        shown = [[str(getattr(one, "error", one)) for one in commands] for commands in (taken, received)]
        assert shown[0] == shown[1]
        assert [c.data for c in taken if isinstance(c, Send)] == [c.data for c in received if isinstance(c, Send)]
        assert one.state is other.state


def test_take_stops_at_the_cap_of_events() -> None:
    one = session(small(), limits=StreamLimits(events=3))
    one.take(content("a"))
    assert isinstance(one.take(content("b", "c")), bytes)
    commands = one.take(content("d"))
    assert isinstance(commands, list)
    assert isinstance(commands[-1], Finish)
    assert isinstance(commands[-1].error, ResponseTooLarge)
