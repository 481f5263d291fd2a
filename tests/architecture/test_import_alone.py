"""Each module can be the first one that a fresh interpreter imports, and none warns."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.architecture.source import ROOT, modules, plant

IMPORT = "import sys; sys.path.insert(0, sys.argv[1]); __import__(sys.argv[2])"


def failures(root: Path) -> list[str]:
    """The modules that cannot be imported alone, each with the last line of the reason."""
    names = [name for name in modules(root) if not name.endswith(".__main__")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reasons = pool.map(lambda name: _failure(root, name), names)
        return [f"{name}: {reason}" for name, reason in zip(names, reasons, strict=True) if reason]


def _failure(root: Path, name: str) -> str:
    # Isolated from the environment, so that no PYTHONPATH or user folder helps.
    command = [sys.executable, "-I", "-W", "error", "-c", IMPORT, str(root), name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    printed = done.stdout + done.stderr
    return printed.strip().splitlines()[-1] if printed.strip() or done.returncode else ""


def test_each_module_can_be_imported_alone() -> None:
    assert failures(ROOT) == []


def test_planted_failures_are_found(tmp_path: Path) -> None:
    files = {
        "policies/__init__.py": "",
        "policies/fine.py": "import policies",
        # Works only when another module has imported policies.fine before.
        "policies/lucky.py": "import policies\nprint_me = policies.fine",
        "policies/old.py": "import warnings\nwarnings.warn('gone soon', DeprecationWarning)",
        "policies/loud.py": "print('hello')",
    }
    found = failures(plant(tmp_path, files))
    assert [line.partition(":")[0] for line in found] == ["policies.loud", "policies.lucky", "policies.old"]
