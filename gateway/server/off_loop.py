"""Work on a body, where it does not hold the streams of others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from gateway.models.bridge import bridged

_Result = TypeVar("_Result")
THREAD_BYTES = 8 << 10
"""A body larger than this is worked on in a thread."""


async def off_loop(body: bytes, work: Callable[[bytes], _Result]) -> _Result:
    """What `work` makes of `body`."""
    return await (bridged(work, body) if len(body) <= THREAD_BYTES else asyncio.to_thread(work, body))
