"""What a preset says of itself, for people who check it: the clause behind each rule, its own limits, and what was
measured. Clauses and limits are comments of the preset's file, so that the file alone can be audited."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_RULE = re.compile(r'^  "?([A-Z][A-Z0-9_]*|\*)"?: .*?  # (.+)$')
_SETTING = re.compile(r"^([a-z_]+): (\S.*?)  # (.+)$")
_LIMITS = "# What this preset does not do:"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found of an entity's conformance set under a preset."""

    positives: int
    found: int
    near_misses: int
    false_alarms: int

    @property
    def recall(self) -> float:
        """The part of the positives that was found."""
        return self.found / self.positives

    @property
    def false_rate(self) -> float:
        """The part of the near-misses that was taken for the entity."""
        return self.false_alarms / self.near_misses if self.near_misses else 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All measurements: by preset and entity, with the catalogue and the day on which they were made."""

    catalogue: str
    date: str
    presets: dict[str, dict[str, Measured]]


def clauses(text: str) -> dict[str, str]:
    """From entity to the clause that its rule cites, in the order of a policy's text."""
    return {match[1]: match[2] for line in text.splitlines() if (match := _RULE.match(line))}


def settings(text: str) -> list[tuple[str, str, str]]:
    """Settings of a policy's text that cite a clause: key, value, clause."""
    return [(match[1], match[2], match[3]) for line in text.splitlines() if (match := _SETTING.match(line))]


def limits(text: str) -> list[str]:
    """What a preset says that it does not do."""
    lines = text.splitlines()
    if _LIMITS not in lines:
        return []
    found: list[str] = []
    for line in lines[lines.index(_LIMITS) + 1 :]:
        if line.startswith("# - "):
            found.append(line[4:])
        elif line.startswith("#   ") and found:
            found[-1] += " " + line[4:]
        else:
            break
    return found


@cache
def evidence() -> Evidence:
    """The measurements that ship (see `tests/conformance`)."""
    raw = json.loads((resources.files("policies.presets") / "measured.json").read_text(encoding="utf-8"))
    presets = {
        preset: {entity: Measured(*row) for entity, row in rows.items()} for preset, rows in raw["presets"].items()
    }
    return Evidence(raw["catalogue"], raw["date"], presets)
