"""Whether to ask a provider now: a circuit breaker with the provider's own word (`Retry-After`) in it.

Times are seconds of any clock that only goes forward; the caller reads it.

    CLOSED --`failures` in a row--> OPEN --`open_seconds` later--> HALF OPEN --one answer--> CLOSED
                                     ^-------------------- one failure ----------'
"""

from __future__ import annotations

RETRY_AFTER_SECONDS_MAX = 3600.0


class Breaker:
    """The state of one provider in this process."""

    __slots__ = ("_failures", "_is_trying", "_most", "_open_seconds", "_until")

    def __init__(self, failures: int, open_seconds: float) -> None:
        self._most, self._open_seconds = failures, open_seconds
        self._failures = 0
        self._until = 0.0
        self._is_trying = False

    def allows(self, now: float) -> bool:
        """Whether it may be asked. When its pause is over, one request tries it, and the others wait for that."""
        if now < self._until:
            return False
        if self._failures < self._most:
            return True
        if self._is_trying:
            return False
        self._is_trying = True
        return True

    def succeeded(self) -> None:
        """It answered."""
        self._failures, self._is_trying = 0, False

    def failed(self, now: float, retry_after: float | None = None) -> None:
        """It did not answer, or said that it cannot now; `retry_after`: for how many seconds, in its own words."""
        self._failures, self._is_trying = min(self._failures + 1, self._most), False
        pause = self._open_seconds if self._failures >= self._most else 0.0
        self._until = max(self._until, now + max(pause, min(retry_after or 0.0, RETRY_AFTER_SECONDS_MAX)))

    def gave_up(self) -> None:
        """Who tried it went away before it answered: nothing is known."""
        self._is_trying = False

    def wait_seconds(self, now: float) -> float:
        """How long it will not be asked."""
        return max(self._until - now, 0.0)


def pause_seconds(rounds: int, base_seconds: float, chance: float) -> float:
    """The pause before a further round, after `rounds` others: exponential, the upper half of it by `chance` in [0, 1),
    so that clients who failed together do not come back together."""
    return float(base_seconds * 2**rounds * (0.5 + chance / 2))
