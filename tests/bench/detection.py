"""Recall and precision of the structured entities on a labelled set, tier 3 off.

python -m tests.bench.detection FILE [--policy strict] [--misses]

FILE is a JSON list of `{"full_text", "spans": [{"entity_type", "entity_value", "start_position", "end_position"}]}`, as
presidio-research writes it. A value is found when a replacement of its kind covers all of it; a replacement is right
when a value of its kind lies in it. Cards that fail their check digit are no cards; a phone without a context word,
separators or a prefix is counted apart. Exit code 1 when a figure is below what is promised.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.services import build_engine
from gateway.stream.holdback import redact
from gateway.stream.scanner import Scanner
from recognizers.checksums import luhn

KINDS = {
    "CREDIT_CARD": "CREDIT_CARD",
    "IBAN_CODE": "IBAN_CODE",
    "EMAIL_ADDRESS": "EMAIL_ADDRESS",
    "IP_ADDRESS": "IP_ADDRESS",
    "US_SSN": "US_SSN",
    "DOMAIN_NAME": "URL",
    "URL": "URL",
    "PHONE_NUMBER": "PHONE_NUMBER",
}
"""Which of the set's labels are judged, and which entity we call them."""
RECALL_MIN = {**dict.fromkeys(set(KINDS.values()), 1.0), "URL": 0.95, "PHONE_NUMBER": 0.95}
PRECISION_MIN = 0.97
UNJUDGED = frozenset({"CREDIT_CARD (invalid)", "PHONE_NUMBER (bare digits)"})
PHONE_WORDS = re.compile(r"call|phone|mobile|cell|fax|office|\btel|reach|answering|dial|ring", re.IGNORECASE)


@dataclass(slots=True)
class Tally:
    """Counts by kind."""

    values: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str]] = field(default_factory=list)

    def recall(self, kind: str) -> float:
        return self.found[kind] / self.values[kind] if self.values[kind] else 1.0

    def precision(self, kinds: Iterable[str]) -> float:
        kinds = list(kinds)
        replaced = sum(self.replaced[kind] for kind in kinds)
        return sum(self.right[kind] for kind in kinds) / replaced if replaced else 1.0

    def broken(self) -> list[str]:
        """Promises that do not hold."""
        judged = sorted(set(self.values) - UNJUDGED)
        found = [f"recall of {kind} {self.recall(kind):.3f}" for kind in judged if self.recall(kind) < RECALL_MIN[kind]]
        joint = self.precision(RECALL_MIN)
        return found + ([f"precision {joint:.3f}"] if joint < PRECISION_MIN else [])


def kind_of(span: dict[str, Any], text: str) -> str | None:
    """What a labelled value counts as, or None when it is not judged."""
    kind = KINDS.get(span["entity_type"])
    value = span["entity_value"]
    if kind == "CREDIT_CARD" and not luhn(value):
        return "CREDIT_CARD (invalid)"
    if kind == "PHONE_NUMBER" and value.isdigit():
        start = span["start_position"]
        near = text[max(0, start - 40) : start] + text[span["end_position"] : span["end_position"] + 12]
        return kind if PHONE_WORDS.search(near) else "PHONE_NUMBER (bare digits)"
    return kind


def judge(inspector: Scanner, rows: Iterable[dict[str, Any]]) -> Tally:
    """Redact each text and compare."""
    tally = Tally()
    for row in rows:
        text = row["full_text"]
        covered = [(start, end, out.strip("[]")) for start, end, out in redact(inspector, text).replaced]
        labelled = []
        for span in row["spans"]:
            kind = kind_of(span, text)
            if kind is None:
                continue
            start, end, entity = span["start_position"], span["end_position"], kind.partition(" ")[0]
            labelled.append((start, end, entity))
            tally.values[kind] += 1
            is_found = any(low <= start and end <= high and name == entity for low, high, name in covered)
            tally.found[kind] += is_found
            if not is_found:
                tally.misses.append((kind, span["entity_value"]))
        for low, high, name in covered:
            tally.replaced[name] += 1
            tally.right[name] += any(s < high and low < e and name == entity for s, e, entity in labelled)
    return tally


def table(tally: Tally) -> str:
    """One row a kind."""
    rows = [f"{'entity':<28}{'values':>8}{'found':>8}{'recall':>8}{'replaced':>10}{'right':>8}{'precision':>11}"]
    for kind in sorted(tally.values):
        entity = kind.partition(" ")[0]
        judged = kind not in UNJUDGED
        rows.append(
            f"{kind:<28}{tally.values[kind]:>8}{tally.found[kind]:>8}{tally.recall(kind):>8.3f}"
            + (f"{tally.replaced[entity]:>10}{tally.right[entity]:>8}{tally.precision([entity]):>11.3f}" * judged)
        )
    rows.append(f"{'together':<52}{tally.precision(RECALL_MIN):>29.3f}")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--policy", default="strict")
    parser.add_argument("--misses", action="store_true", help="list the values that were not found")
    options = parser.parse_args(arguments)
    tally = judge(build_engine(options.policy).request, json.loads(options.file.read_text(encoding="utf-8")))
    print(table(tally))
    for kind, value in tally.misses if options.misses else ():
        print(f"missed {kind}: {value}")
    for line in tally.broken():
        print(f"below what is promised: {line}")
    return bool(tally.broken())


if __name__ == "__main__":
    sys.exit(main())
