"""What a policy says of the application's own scanner."""

from __future__ import annotations

from dataclasses import dataclass

MODES = ("off", "request", "response", "both")
OFF, REQUEST, RESPONSE, BOTH = MODES
FAILURES = ("closed", "open")
CLOSED, OPEN = FAILURES
TIMEOUT_MS_RANGE = (100, 10_000)
TIMEOUT_MS_DEFAULT = 2_000
URL_CHARS_MAX = 2048


@dataclass(frozen=True, slots=True)
class GuardrailRules:
    """A webhook that is asked whether a text may pass.

    Args:
        url: of the scanner.
        mode: a word of `MODES`: which direction it judges.
        timeout_ms: longest wait for an answer.
        on_failure: a word of `FAILURES`: what happens when there is no answer.
    """

    url: str = ""
    mode: str = OFF
    timeout_ms: int = TIMEOUT_MS_DEFAULT
    on_failure: str = CLOSED

    def judges(self, direction: str) -> bool:
        """Whether texts of a direction (`request` or `response`) are judged."""
        return self.mode in (BOTH, direction)
