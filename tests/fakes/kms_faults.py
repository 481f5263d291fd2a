"""What a fake key service can be told to do wrong, and what all of them share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum

DEADLINE = 3.0
"""Seconds that a provider gets in the tests."""


class Fault(Enum):
    """The next calls all go this way."""

    DENY = "deny"
    DISABLE = "disable"
    DELETE = "delete"
    THROTTLE = "throttle"
    FAIL = "fail"
    CORRUPT = "corrupt"
    HANG = "hang"


@dataclass
class FakeService:
    """The fault in force, and the calls that arrived."""

    fault: Fault | None = None
    calls: list[str] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, name: str) -> int:
        return self.calls.count(name)

    async def stop(self) -> None:
        raise NotImplementedError

    async def hang(self) -> None:
        """Answers nothing until the service is stopped, so that no test waits for it."""
        await self.stopping.wait()
