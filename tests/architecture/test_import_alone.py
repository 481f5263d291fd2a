"""Each module can be the first one that a fresh interpreter imports, and none warns."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, modules, plant

SCRIPT = Path(__file__).with_name("importing.py")


def failures(root: Path) -> list[str]:
    """The modules that cannot be imported alone, each with the reason."""
    names = [name for name in modules(root) if not name.endswith(".__main__")]
    # Isolated from the environment, so that no PYTHONPATH or user folder helps.
    command = [sys.executable, "-I", str(SCRIPT), str(root)]
    done = subprocess.run(command, input="\n".join(names), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return [line.replace("\t", ": ") for line in done.stdout.splitlines()]


@pytest.mark.slow  # `make check` has it
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
