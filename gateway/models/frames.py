"""What the gateway and a worker say to each other: a length of four bytes, then JSON.

To a worker: `{"id", "texts"}`. From it: `{"ready"}` once, then `{"id", "found"}` with `[start, end, entity, score]` for
each entity of each text, or `{"id", "error"}` with a code; an error never holds text.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import orjson

FRAME_BYTES_MAX = 8 << 20
_LENGTH = struct.Struct(">I")
HEAD_BYTES = _LENGTH.size


def packed(message: dict[str, Any]) -> bytes:
    """A message as bytes."""
    body = orjson.dumps(message)
    return _LENGTH.pack(len(body)) + body


def length(head: bytes) -> int:
    """How long the body is that this head announces.

    Raises:
        ValueError: longer than `FRAME_BYTES_MAX`.
    """
    size: int = _LENGTH.unpack(head)[0]
    if size > FRAME_BYTES_MAX:
        raise ValueError("frame too long")
    return size


def unpacked(body: bytes) -> dict[str, Any]:
    """The message of a body."""
    message: dict[str, Any] = orjson.loads(body)
    return message


def read(source: BinaryIO) -> dict[str, Any] | None:
    """The next message, or None at the end."""
    head = source.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    size = length(head)
    body = source.read(size)
    return unpacked(body) if len(body) == size else None
