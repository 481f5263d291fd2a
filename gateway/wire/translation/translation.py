"""What a translation does, and the JSON under it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from gateway.errors import GatewayError, MalformedRequest, UpstreamProtocolError
from gateway.wire.json_text import Kind, parse

Json = dict[str, Any]
Result = TypeVar("Result")
DEPTH_MAX, NODES_MAX = 128, 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer's translation needs to know of its request.

    Args:
        model: as the client said it.
        has_usage: the client asked for token counts at the end of a stream.
        created: seconds since 1970, for answers that must say so.
        event_bytes: the cap of one event.
    """

    model: str = ""
    has_usage: bool = False
    created: int = 0
    event_bytes: int = 1 << 20


class StreamTranslator(Protocol):
    """The provider's stream in, the client's stream out; cut anywhere."""

    def feed(self, data: bytes) -> bytes:
        """What the client gets for these bytes.

        Raises:
            UpstreamProtocolError, ResponseTooLarge.
        """

    def end(self) -> bytes:
        """What it gets at the end of the body."""


class Translation(Protocol):
    """One pair of endpoints: `client` is the one that is asked, `provider` the one that answers."""

    client: str
    provider: str

    def request(self, body: bytes) -> bytes:
        """The client's request in the provider's words.

        Raises:
            MalformedRequest, UnsupportedField: it says what the other cannot.
        """

    def response(self, body: bytes, asked: Asked) -> bytes:
        """A whole answer in the client's words.

        Raises:
            UpstreamProtocolError: it cannot be read.
        """

    def error(self, body: bytes, status: int) -> bytes:
        """An error of the provider in the client's words.

        Raises:
            UpstreamProtocolError: it cannot be read.
        """

    def stream(self, asked: Asked) -> StreamTranslator:
        """A translator for one stream."""


def loads(body: bytes, error: type[GatewayError]) -> Json:
    """A JSON object, read strictly: no key twice, no trailing bytes.

    Raises:
        `error`.
    """
    root = parse(body, max_depth=DEPTH_MAX, max_nodes=NODES_MAX, error=error)
    value = json.loads(body) if root.kind is Kind.OBJECT else None
    if not isinstance(value, dict):
        raise error
    return value


def dumps(value: Json) -> bytes:
    """JSON in the fewest bytes, the same for the same value.

    Raises:
        ValueError: a number is none that JSON has.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def arguments_of(text: str) -> Any:
    """What a call's arguments say; a text that is no JSON object stands as one under a name of ours."""
    try:
        value = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"arguments": text}


_SHAPE_FAULTS = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)
"""What comes of reading a shape that is not there."""
BROKEN_OFF = b"data: "
"""How a translated stream ends when its provider's ended in half an event."""
REQUEST_FAULT, ANSWER_FAULT = MalformedRequest, UpstreamProtocolError


def reshaped(body: bytes, make: Callable[[Json], Result], error: type[GatewayError]) -> Result:
    """What `make` makes of a JSON object.

    Raises:
        `error`: the object is not of the shape that it reads.
        Whatever else `make` raises of ours.
    """
    value = loads(body, error)
    try:
        return make(value)
    except _SHAPE_FAULTS:
        pass
    # Out here, so that it holds no reference to the foreign exception.
    raise error
