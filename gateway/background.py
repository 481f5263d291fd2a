"""Work that goes on beside something else, and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def in_background(name: str, *works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let `works` run while the block does. At its end they are cancelled and waited for; what one of them raised is
    nobody's: work that must not end in silence says so itself."""
    tasks = [asyncio.create_task(work, name=name) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
