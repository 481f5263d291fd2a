"""Plays a response stream as a trace: bytes in, commands out, and the client's bytes read back.

What reads the client's bytes shares nothing with the gateway: the standard library's `json` and a plain SSE splitter.
Texts come back joined, by choice and path: `(0, "content")`, `(0, "tool_calls", 0, "function", "arguments")`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from gateway.errors import GatewayError
from gateway.inspection.fit import facts
from gateway.inspection.inspector import Inspector
from gateway.stream.events import BytesReceived, Command, EndOfBody, Event, Finish, Report, Send
from gateway.stream.holdback import Scanner
from gateway.stream.limits import StreamLimits
from gateway.stream.session import Session
from gateway.verdict import Direction
from gateway.wire.format import WireFormat
from gateway.wire.openai_chat import FORMAT
from policies.loader import load
from recognizers.catalogue import catalogue
from recognizers.pipeline import Pipeline

DONE = b"data: [DONE]\n\n"
HEAD: dict[str, Any] = {"id": "c-7", "created": 17, "model": "m"}
Path = tuple[str | int, ...]


@cache
def pipeline() -> Pipeline:
    return Pipeline(catalogue().values())


@cache
def scanner(direction: Direction = Direction.RESPONSE) -> Inspector:
    """The default policy over all recognizers; warm, shared by all tests."""
    return Inspector(pipeline(), load("default", facts()), direction)


def session(
    by: Scanner | None = None,
    *,
    attachments: bool = False,
    passes_signed: bool = False,
    limits: StreamLimits | None = None,
    wire: WireFormat = FORMAT,
) -> Session:
    return Session(wire, by or scanner(), attachments=attachments, passes_signed=passes_signed, limits=limits)


@dataclass
class Trace:
    """What a session answered."""

    commands: list[Command] = field(default_factory=list)

    @property
    def sends(self) -> list[bytes]:
        return [command.data for command in self.commands if isinstance(command, Send)]

    @property
    def sent(self) -> bytes:
        return b"".join(self.sends)

    @property
    def reports(self) -> list[Report]:
        return [command for command in self.commands if isinstance(command, Report)]

    @property
    def finishes(self) -> list[Finish]:
        return [command for command in self.commands if isinstance(command, Finish)]

    @property
    def error(self) -> GatewayError | None:
        return self.finishes[-1].error if self.finishes else None

    @property
    def datas(self) -> list[Any]:
        """The events with data, read: JSON values, or the text `[DONE]`."""
        return [json.loads(data) if data != "[DONE]" else data for data in sse_datas(self.sent)]

    @property
    def texts(self) -> dict[Path, str]:
        return texts(self.datas)


def play(chunks: Iterable[bytes], *, end: Event | None = EndOfBody(), using: Session | None = None) -> Trace:  # noqa: B008
    """Feed a body in these chunks, then `end`."""
    one = using or session()
    trace = Trace()
    for chunk in chunks:
        trace.commands += one.receive(BytesReceived(chunk))
    if end is not None:
        trace.commands += one.receive(end)
    return trace


def sse_datas(body: bytes) -> list[str]:
    """The data of each whole event, by the letter of the standard; half an event at the end is an error here."""
    found: list[str] = []
    data: list[str] = []
    for line in re.split("\r\n|\r|\n", body.decode()):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            found.append("\n".join(data))
            data = []
    assert not data, "the body ends in half an event"
    return found


def texts(datas: Iterable[Any]) -> dict[Path, str]:
    """Every string of all deltas, joined."""
    joined: dict[Path, str] = {}
    for data in datas:
        for choice in data.get("choices", ()) if isinstance(data, dict) else ():
            _gather(choice.get("delta", {}), (choice.get("index", 0),), joined)
    return joined


def _gather(node: Any, path: Path, joined: dict[Path, str]) -> None:
    if isinstance(node, str):
        joined[path] = joined.get(path, "") + node
    elif isinstance(node, dict):
        for key, value in node.items():
            _gather(value, (*path, key), joined)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            _gather(value, (*path, value.get("index", place) if isinstance(value, dict) else place), joined)


def event(data: Any, *, ascii_only: bool = True) -> bytes:
    return b"data: %b\n\n" % (data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=ascii_only).encode())


def delta(piece: dict[str, Any], *, choice: int = 0, finish: str | None = None, ascii_only: bool = True) -> bytes:
    """One event of the usual shape with this delta."""
    choices = [{"index": choice, "delta": piece, "logprobs": None, "finish_reason": finish}]
    return event({**HEAD, "choices": choices}, ascii_only=ascii_only)


def content(*pieces: str, choice: int = 0, field_name: str = "content", ascii_only: bool = True) -> bytes:
    """One event for each piece of a text."""
    return b"".join(delta({field_name: piece}, choice=choice, ascii_only=ascii_only) for piece in pieces)


def arguments(*pieces: str, choice: int = 0, call: int = 0, ascii_only: bool = True) -> bytes:
    """One event for each piece of a tool call's arguments."""
    calls = ([{"index": call, "function": {"arguments": piece}}] for piece in pieces)
    return b"".join(delta({"tool_calls": one}, choice=choice, ascii_only=ascii_only) for one in calls)


def stop(reason: str = "stop", *, choice: int = 0) -> bytes:
    return delta({}, choice=choice, finish=reason)
