"""What a process does to itself before it holds keys: no core dump, and no other process of its user may read its
memory."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # prctl(2)


def refuse_dumps() -> bool:
    """Turns core dumps off and makes the process non-dumpable, which also closes its /proc files to others of its user
    and refuses debuggers. Children inherit the first, not the second.

    Returns:
        whether both hold; elsewhere than on Linux only the first can.
    """
    no_core = False
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        no_core = True
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):
        return no_core and ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    return False
