"""Clean text stays clean under the preset `default`, tier 3 off: at most five false alarms in 100,000 characters."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from gateway.services import build_engine
from gateway.stream.holdback import redact
from policies.policy import Policy

ALARMS_MAX = 5
PER_CHARS = 100_000
LIBRARY = Path(sysconfig.get_path("stdlib"))
SMALL = (
    "argparse.py", "calendar.py", "dataclasses.py", "datetime.py", "fractions.py", "http/client.py", "inspect.py",
    "locale.py", "pathlib.py", "random.py", "statistics.py", "tarfile.py", "typing.py", "urllib/parse.py",
    "zipfile.py",
)  # fmt: skip
"""Modules with numbers, versions and constants; those that a Python lacks are left out. The long form has all."""
PROSE = (Path(__file__).resolve().parents[2] / "data" / "prose.txt").read_text(encoding="utf-8")


def sources(names: tuple[str, ...]) -> list[str]:
    """Modules of the standard library; all but its tests when none is named."""
    paths = [LIBRARY / name for name in names] if names else sorted(LIBRARY.rglob("*.py"))
    left_out = {"site-packages", "test", "tests", "idle_test", "dist-packages"}
    own = [path for path in paths if path.is_file() and not left_out & set(path.relative_to(LIBRARY).parts)]
    return [path.read_text(encoding="utf-8", errors="replace") for path in own]


def alarms(texts: list[str]) -> float:
    """Replacements in 100,000 characters."""
    engine = build_engine("default")
    assert isinstance(engine.policy, Policy)
    found = sum(len(redact(engine.request, text).replaced) for text in texts)
    return found * PER_CHARS / sum(map(len, texts))


def test_prose() -> None:
    assert alarms([PROSE]) <= ALARMS_MAX


def test_code() -> None:
    texts = sources(SMALL)
    assert len(texts) > 10
    assert alarms(texts) <= ALARMS_MAX


@pytest.mark.slow
def test_all_code_of_the_standard_library() -> None:
    assert alarms(sources(())) <= ALARMS_MAX


def test_an_alarm_counts() -> None:
    assert alarms(["a@example.com " + "x " * 493]) == pytest.approx(100.0)
