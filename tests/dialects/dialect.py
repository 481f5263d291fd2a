"""What a test asks of a format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from gateway.wire.format import WireFormat


class Dialect(Protocol):
    """One format of streams.

    `fields` are the names of its texts; `json_fields` those that hold a JSON document.
    """

    name: str
    wire: WireFormat
    fields: tuple[str, ...]
    json_fields: frozenset[str]

    def stream(
        self, field: str, pieces: Sequence[str], *, cut_off: bool = False, ascii_only: bool = True
    ) -> list[bytes]:
        """The events of a whole answer that says the pieces in this field."""

    def told(self, datas: Iterable[Any], field: str) -> list[str]:
        """Every whole text that a client could read of this field: the joined deltas first, then what repeats them."""

    def is_error(self, data: Any) -> bool:
        """Whether an event's data is an error."""


def named(data: dict[str, Any], *, ascii_only: bool = True) -> bytes:
    """An event whose name is its type."""
    return b"event: %b\n%b" % (data["type"].encode(), plain(data, ascii_only=ascii_only))


def plain(data: dict[str, Any], *, ascii_only: bool = True) -> bytes:
    """An event without a name."""
    return b"data: %b\n\n" % json.dumps(data, ensure_ascii=ascii_only, separators=(",", ":")).encode()
