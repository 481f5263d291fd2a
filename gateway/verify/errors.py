"""Why a run could not be made."""

from __future__ import annotations

EXIT_CLEAN, EXIT_LEAK, EXIT_NOT_RUN = 0, 1, 2


class CannotRun(Exception):
    """The gateway cannot be reached, refuses the key, or does not forward to us. The text says what to do."""
