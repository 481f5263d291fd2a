"""What the reference page says of the kinds of `pii-leak-benchmark` is so."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pii_leak_benchmark.entity_registry import ENTITIES

from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import redact
from recognizers.catalogue import catalogue
from tests.docs.test_reference import generator

generator()
KINDS = sys.modules["kinds"].KINDS
SHOWN = [kind for kind in ENTITIES if kind["disposition"] == "generatable" and KINDS[kind["id"]].entities]


def test_every_kind_has_an_answer() -> None:
    assert set(KINDS) == {kind["id"] for kind in ENTITIES}
    assert len(ENTITIES) == 72
    known = catalogue()
    for kind, answer in KINDS.items():
        assert set(answer.entities) <= set(known), kind
        assert answer.entities or answer.remark, kind


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind["id"])
def test_a_specimen_is_found_in_its_sentence(kind: dict[str, Any], inspector: Inspector) -> None:
    answer, value = KINDS[kind["id"]], kind["synthetic"]
    text = answer.sentence.format(value)
    start = text.index(value)
    [(low, high, out)] = redact(inspector, text).replaced
    assert (low, high) == (start, start + len(value))
    assert out.strip("[]") in answer.entities
