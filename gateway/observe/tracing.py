"""Traces: which steps a request took and how long each, for whoever collects them.

Laws kept here:
1. No step carries text of a request or an answer, a key or a token: names and codes of ours, numbers, names of
   models that were found clean, hosts of providers. An error is its code; no exception is recorded, nor its text.
2. Off, a step is one call that does nothing, and no library is loaded.
3. On, a step waits for nobody: what ended goes into a queue with a bound, and a thread sends it. What finds no room, or
   no collector, is lost and counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType

from gateway.errors import GatewayError

Value = str | int | float | bool | Sequence[str]
CANCELLED = "cancelled"


class Role(Enum):
    """Whose work a step is."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"


class Step:
    """A step of a request; this one records nothing. As a context manager it ends with the block, and an error of ours
    that leaves the block is its error."""

    __slots__ = ()

    is_recording = False
    traceparent = ""
    """What the next one downstream is told (W3C Trace Context, `traceparent`); empty: nothing."""
    trace_id = ""

    def note(self, name: str, value: Value) -> None:
        """Keep an attribute."""

    def rename(self, name: str) -> None:
        """Call it so from now on."""

    def fail(self, code: str) -> None:
        """It ended in this error (`error.type`)."""

    def step(self, name: str, role: Role = Role.INTERNAL) -> Step:
        """A step within this one, which begins now."""
        return NOTHING

    def end(self) -> None:
        """It is over."""

    def __enter__(self) -> Step:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, GatewayError):
            self.fail(error.code)
        elif isinstance(error, asyncio.CancelledError):
            self.fail(CANCELLED)
        elif error is not None:
            self.fail(GatewayError.code)
        self.end()


NOTHING = Step()


class Tracer:
    """Begins traces; this one begins none."""

    is_on = False

    def request(self, name: str, traceparent: str) -> Step:
        """The step of a whole request; `traceparent`: as the client sent it, or empty."""
        return NOTHING


OFF = Tracer()


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """Where traces go, and how many.

    Args:
        endpoint: URL of a collector that takes OTLP over HTTP, with its path; empty: there are none.
        authorization: value of the header of that name; empty: none.
        service_name: what the gateway is called there.
        sample_ratio: share of traces that are kept, by their id: all who keep the same share keep the same ones.
        takes_parent: a client's `traceparent` says which trace a request belongs to.
        queue_spans: steps that may wait to be sent; more are lost.
        batch_spans: that are sent together at most.
        send_seconds: between two batches.
        timeout_seconds: of one batch, tries included.
    """

    endpoint: str = ""
    authorization: str = field(default="", repr=False)
    service_name: str = "holdback"
    sample_ratio: float = 1.0
    takes_parent: bool = True
    queue_spans: int = 2048
    batch_spans: int = 256
    send_seconds: float = 2.0
    timeout_seconds: float = 5.0
