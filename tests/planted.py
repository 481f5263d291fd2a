"""Planted values: the catalogue's own examples, what a client may see of them, and what would be a leak."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from recognizers.catalogue import catalogue

CORE_CHARS = 5
"""So many consecutive characters of a value are a leak."""
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


def sample(entity: str, marked: str) -> Sample:
    """An example with its values between guillemets."""
    expected = _VALUE.sub(f"[{entity}]", marked)
    cores = set()
    for value in _VALUE.findall(marked):
        cores |= {value[at : at + CORE_CHARS] for at in range(len(value) - CORE_CHARS + 1)}
    cores = {core for core in cores if core not in expected}
    return Sample(entity, marked.replace("«", "").replace("»", ""), expected, frozenset(cores))


@cache
def samples() -> tuple[Sample, ...]:
    """Every example of every recognizer."""
    return tuple(sample(entity, marked) for entity, one in catalogue().items() for marked in one.examples)


@cache
def one_each() -> tuple[Sample, ...]:
    """The first example of every recognizer."""
    return tuple(sample(entity, one.examples[0]) for entity, one in catalogue().items())
