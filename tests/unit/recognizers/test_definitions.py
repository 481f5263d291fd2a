"""Every definition keeps its own promises: its examples are found exactly as marked, its non-examples are not."""

from __future__ import annotations

import re
from functools import cache

import pytest

from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import redact
from gateway.verdict import Direction
from policies.policy import Policy
from recognizers.alphabet import ALPHABET
from recognizers.catalogue import catalogue
from recognizers.pipeline import Pipeline
from recognizers.recognizer import HOLDBACK_CHARS, LOOK_AHEAD_CHARS, Recognizer, marked
from recognizers.syntax import parse

ALL = [pytest.param(one, id=entity) for entity, one in catalogue().items()]
EXAMPLES_MIN = 2


@cache
def pipeline_of(recognizer: Recognizer) -> Pipeline:
    return Pipeline([recognizer])


def alone(recognizer: Recognizer, threshold: float) -> Inspector:
    """Nothing but this entity."""
    return Inspector(pipeline_of(recognizer), Policy("test", threshold=threshold), Direction.RESPONSE)


@pytest.mark.parametrize("recognizer", ALL)
def test_examples_are_found_exactly_as_marked(recognizer: Recognizer, inspector: Inspector) -> None:
    scanner = alone(recognizer, threshold=0.0)
    for example in recognizer.examples:
        text, spans = marked(example)
        found = redact(scanner, text)
        assert {(start, end) for start, end, _ in found.replaced} == spans, example
        assert found.text == re.sub("«.*?»", f"[{recognizer.entity}]", example, flags=re.DOTALL), example
        # In company another entity may give a value its name, or reach further; it never reaches less far.
        if min(finding.score for finding in found.findings) >= 0.5:
            covered = redact(inspector, text).replaced
            for start, end in spans:
                assert any(low <= start and end <= high for low, high, _ in covered), example


@pytest.mark.parametrize("recognizer", ALL)
def test_non_examples_are_not_found(recognizer: Recognizer) -> None:
    scanner = alone(recognizer, threshold=0.5)
    for text in recognizer.non_examples:
        assert redact(scanner, text).text == text


@pytest.mark.parametrize("recognizer", ALL)
def test_a_definition_says_what_it_is(recognizer: Recognizer) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*", recognizer.entity, re.ASCII)
    assert recognizer.summary.endswith(".")
    assert recognizer.source
    assert recognizer.patterns
    assert len(set(recognizer.examples)) == len(recognizer.examples) >= EXAMPLES_MIN
    assert len(set(recognizer.non_examples)) == len(recognizer.non_examples) >= EXAMPLES_MIN
    assert all("«" in example and "»" in example for example in recognizer.examples)
    assert not any("«" in text or "»" in text for text in recognizer.non_examples)
    assert all(word == word.lower().strip() for word in recognizer.context)
    names = [pattern.name for pattern in recognizer.patterns]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("recognizer", ALL)
def test_every_pattern_fits_in_the_hold_back(recognizer: Recognizer) -> None:
    for pattern in recognizer.patterns:
        shape = parse(pattern.regex, ignore_case=pattern.ignore_case)
        assert shape.longest + LOOK_AHEAD_CHARS <= HOLDBACK_CHARS, pattern.name
        assert 0 < pattern.score <= 1, pattern.name
        assert not pattern.needs_context or recognizer.context, pattern.name
        assert set(pattern.regex) <= set(ALPHABET), f"{pattern.name}: no view holds such a character"
