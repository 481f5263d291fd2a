"""Events and commands are values, and no repr of one shows text."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from gateway.errors import UpstreamUnavailable
from gateway.stream import events
from gateway.stream.body import Inspected
from gateway.stream.events import (
    BytesReceived,
    ClientGone,
    CloseUpstream,
    Command,
    EndOfBody,
    Event,
    Finish,
    Report,
    Send,
    UpstreamFailed,
)
from gateway.stream.outgoing import Outgoing, Piece
from gateway.wire.format import Slot, SlotKind

MARK = "jane@example.com"
VALUES: list[object] = [
    BytesReceived(MARK.encode()),
    EndOfBody(),
    UpstreamFailed(UpstreamUnavailable()),
    ClientGone(),
    Send(MARK.encode()),
    CloseUpstream(),
    Finish(UpstreamUnavailable()),
    Report("content", ()),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_frozen_equal_and_silent(value: object) -> None:
    assert dataclasses.is_dataclass(value)
    assert value == dataclasses.replace(value)  # type: ignore[type-var]
    assert MARK not in repr(value)
    names = [one.name for one in dataclasses.fields(value)]
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
        setattr(value, names[0] if names else "data", None)


def test_the_unions_name_every_value() -> None:
    named = {*typing.get_args(Event), *typing.get_args(Command)}
    assert named == {type(value) for value in VALUES}
    assert all(getattr(events, kind.__name__) is kind for kind in named)


@pytest.mark.parametrize(
    "value",
    [
        Slot(SlotKind.TEXT, 0, 1, ("content",), MARK, MARK),
        Piece((0, "content"), 0, 1, MARK),
        Outgoing(MARK.encode(), "", [], [(0, 1, MARK.encode())], ()),
    ],
)
def test_what_holds_text_does_not_show_it(value: object) -> None:
    assert MARK not in repr(value)


def test_reports_hold_no_text() -> None:
    fields = {one.name: one.type for one in dataclasses.fields(Inspected)}
    assert set(fields) == {"edits", "reports", "changed", "altered"}
