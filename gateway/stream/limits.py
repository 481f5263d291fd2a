"""The caps of one stream."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Caps of one stream."""

    event_bytes: int = 1 << 20
    json_depth: int = 64
    json_nodes: int = 50_000
    channels: int = 256
    events: int = 2_000_000
    buffered_chars: int = 4 << 20
