"""The lock files: exact, hashed, of one mind; and one version everywhere."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, plant

LOCKS = ("requirements.lock", "requirements-image.lock", "requirements-build.lock", "requirements-dev.lock")
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ;[^\\]*)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def unlocked(file: Path) -> list[str]:
    """Lines that are neither an exact pin, nor a hash, nor a comment; and pins without a hash."""
    wrong, pinned = [], ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line or line.lstrip().startswith("#"):
            continue
        if HASH.fullmatch(line):
            pinned = ""
            continue
        if pinned or not PIN.fullmatch(line):
            wrong.append(pinned or line)
        pinned = line if PIN.fullmatch(line) else ""
    return [*wrong, pinned] if pinned else wrong


def pins(file: Path) -> dict[str, str]:
    found = (PIN.fullmatch(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {pin["name"]: pin["version"] for pin in found if pin}


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_and_hashed(name: str) -> None:
    assert unlocked(ROOT / name) == []


def test_the_locks_agree() -> None:
    everything = pins(ROOT / "requirements-dev.lock").items()
    assert pins(ROOT / "requirements.lock").items() <= everything
    assert pins(ROOT / "requirements-build.lock").items() <= everything
    image = pins(ROOT / "requirements-image.lock").items()
    assert pins(ROOT / "requirements.lock").items() <= image <= everything


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[<>=!~;\[ ]", dependency)[0].lower() for dependency in project["dependencies"]}
    assert asked <= pins(ROOT / "requirements.lock").keys()


def test_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {importlib.import_module(package).__version__ for package in PACKAGES} == {project["version"]}


def test_planted_looseness_is_found(tmp_path: Path) -> None:
    sound = f"a==1 ; os_name == 'nt' \\\n    --hash=sha256:{'0' * 64}\n    # via b\n"
    plant(tmp_path, {"sound.lock": sound})
    assert unlocked(tmp_path / "sound.lock") == []
    assert pins(tmp_path / "sound.lock") == {"a": "1"}
    loose = ("b>=1", "--find-links wheels", "c==1", "d @ file:///d.whl", "e==1 \\")
    for line in loose:
        plant(tmp_path, {"loose.lock": f"{sound}{line}\n{sound}"})
        assert unlocked(tmp_path / "loose.lock") == [line]
        plant(tmp_path, {"loose.lock": f"{sound}{line}\n"})
        assert unlocked(tmp_path / "loose.lock") == [line]
