"""A short run of every target with fixed seeds, and every finding there has been."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.seeds import VALUE, mutated, seeds
from tests.fuzz.targets import TARGETS

FINDINGS = sorted((Path(__file__).parent / "findings").glob("*/*"))


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run(name: str) -> None:
    generator = random.Random(name)
    for _ in range(60):
        TARGETS[name](mutated(generator, seeds(name)))


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_findings_stay_found(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_the_targets_can_fail() -> None:
    """Where the inspection is taken out, the value shows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "gateway.inspection.inspector.Inspector.scan", lambda self, raw, base, *_, **__: (base + len(raw), [])
        )
        with pytest.raises(AssertionError):
            TARGETS["bodies_openai_chat"](b'{"messages":[{"content":"@@"}]}')
        with pytest.raises(AssertionError):
            TARGETS["stream_openai_chat"](b'data: {"choices":[{"delta":{"content":"' + VALUE.encode() + b'"}}]}\n\n')
