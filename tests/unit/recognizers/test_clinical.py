"""Clinical text: what identifies is found, and next to nothing else is touched."""

from __future__ import annotations

import pytest

from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import redact
from tests.clinical import Sentence, sentences

MASKED_MAX = 0.005


def judge(inspector: Inspector, texts: list[Sentence]) -> tuple[list[str], float]:
    """Labels of identifiers that were not covered, and the share of harmless characters that was."""
    missed: list[str] = []
    harmless = masked = 0
    for one in texts:
        covered = redact(inspector, one.text).replaced
        inside = {at for start, end, _ in one.planted for at in range(start, end)}
        gone = {at for start, end, _ in covered for at in range(start, end)}
        missed += [label for start, end, label in one.planted if not set(range(start, end)) <= gone]
        harmless += len(one.text) - len(inside)
        masked += len(gone - inside)
    return missed, masked / harmless


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_500_clinical_sentences(inspector: Inspector, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    missed, masked = judge(inspector, list(sentences(500, seed)))
    with capsys.disabled():
        print(f"\nclinical sentences, seed {seed}: {len(missed)} identifiers missed, {masked:.3%} of the rest masked")
    assert missed == []
    assert masked <= MASKED_MAX


def test_the_sentences_are_the_same_for_the_same_seed() -> None:
    assert list(sentences(20, 1)) == list(sentences(20, 1)) != list(sentences(20, 2))


def test_the_judge_sees_what_is_missed_and_what_is_masked(inspector: Inspector) -> None:
    assert judge(inspector, [Sentence("the name is Nobody", ((12, 18, "name {}"),))]) == (["name {}"], 0.0)
    missed, masked = judge(inspector, [Sentence("write to jane@example.com", ())])
    assert missed == []
    assert masked > 0.5
