"""Planted values: the catalogue's own examples, what a client may see of them, and what would be a leak; and a scanner
of a few kinds for tests that are about something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from gateway.inspection.fit import facts
from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import redact
from gateway.verdict import Direction
from policies.loader import load
from recognizers.catalogue import catalogue
from recognizers.pipeline import Pipeline
from recognizers.recognizer import Pattern, Recognizer
from tests.playbook import scanner

CORE_CHARS = 5
"""So many consecutive characters of a value are a leak."""
_FEW = (
    *("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN", "SECRET_AWS_ACCESS_KEY"),
    *("SECRET_GITHUB_TOKEN", "SECRET_JWT", "SECRET_OPENAI_KEY", "SECRET_PRIVATE_KEY", "SECRET_SLACK_TOKEN"),
)
_VALUE = re.compile("«(.*?)»", re.DOTALL)


@dataclass(frozen=True)
class Sample:
    """One example: the text with its value in it, and the text as it should come out."""

    entity: str
    text: str
    expected: str
    cores: frozenset[str]

    def leaks(self, shown: str) -> list[str]:
        """The parts of the value that stand in a text which should not have any."""
        return sorted(core for core in self.cores if core in shown)

    def __str__(self) -> str:
        return f"{self.entity}:{self.text[:24]}"


def sample(entity: str, marked: str) -> Sample | None:
    """An example with its values between guillemets; None when the policy lets one of them pass."""
    text, values = _VALUE.sub(r"\1", marked), _VALUE.findall(marked)
    expected = redact(scanner(), text).text
    if any(value in expected for value in values):
        return None
    cores = {value[at : at + CORE_CHARS] for value in values for at in range(max(1, len(value) - CORE_CHARS + 1))}
    return Sample(entity, text, expected, frozenset(core for core in cores if core not in expected))


@cache
def samples() -> tuple[Sample, ...]:
    """Every example of every recognizer, with what becomes of its text as a whole."""
    made = (sample(entity, marked) for entity, one in catalogue().items() for marked in one.examples)
    return tuple(one for one in made if one)


@cache
def one_each() -> tuple[Sample, ...]:
    """One example of every recognizer."""
    return tuple({one.entity: one for one in reversed(samples())}.values())


def few() -> list[Sample]:
    """One of each kind that is read in a way of its own: checksums, context, heads with tails, decoded views."""
    named = {one.entity: one for one in one_each()}
    return [named[entity] for entity in _FEW]


def halves(text: str) -> list[Sequence[str]]:
    """Every cut into two parts, and the characters one by one."""
    return [*((text[:at], text[at:]) for at in range(len(text) + 1)), text]


@cache
def small(direction: Direction = Direction.RESPONSE) -> Inspector:
    """A few simple kinds of values, so that what a test sees held does not depend on the catalogue."""
    kinds = {
        "EMAIL_ADDRESS": r"[a-z0-9]{1,20}@[a-z]{1,20}\.com",
        "US_SSN": r"\d{3}-\d{2}-\d{4}",
        "CREDIT_CARD": r"\d{4}(?:[ -]?\d{4}){3}",
        "PHONE_NUMBER": r"\+1 \d{3}-\d{3}-\d{4}",
    }
    plain = Pattern(name="plain", regex=r"\d{9}", score=0.4, needs_context=True)
    recognizers = [
        Recognizer(
            entity=entity,
            summary="",
            source="",
            patterns=(Pattern(name="one", regex=regex, score=1.0), *([plain] if entity == "US_SSN" else [])),
            context=("ssn",) if entity == "US_SSN" else (),
        )
        for entity, regex in kinds.items()
    ]
    return Inspector(Pipeline(recognizers), load("default", facts()), direction)
