"""What a fake key service can be told to do wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


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
class Behaviour:
    """Shared by all fakes: the fault in force, and the calls that arrived."""

    fault: Fault | None = None
    calls: list[str] = field(default_factory=list)

    def count(self, name: str) -> int:
        return self.calls.count(name)
