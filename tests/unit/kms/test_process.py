"""Keys do not get out of the process by way of a core dump or of /proc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import ctypes, resource
from gateway.kms.process import refuse_dumps

assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 1
assert refuse_dumps()
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_no_core_dumps_and_not_dumpable() -> None:
    subprocess.run([sys.executable, "-c", CHILD], check=True, cwd=Path(__file__).parents[3])
