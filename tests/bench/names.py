"""How well tier 3 finds names, places, organisations and addresses: `python -m tests.bench.names FILE`.

FILE holds texts as `{"full_text", "spans": [{"entity_type", "start_position", "end_position"}], "template_id"}`. A
finding counts for a labelled span of its kind when they share a character. *Leak* is the share of labelled characters,
of any kind, that no finding of any kind covers; *harmless* the share of all other characters that one covers. Halves
are split by template, so that a rule made for one text shows.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.inspection.engine import engine_of, with_model
from gateway.models.local import LocalModel
from gateway.stream.holdback import settled
from gateway.verdict import Finding
from recognizers.presidio import Analyst

PLACES = frozenset({"STREET_ADDRESS", "LOCATION", "US_ZIP_CODE", "UK_POSTCODE", "CA_POSTAL_CODE", "GEO_COORDINATE"})
KINDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "person": (frozenset({"PERSON"}), frozenset({"PERSON"})),
    "address and place": (frozenset({"ADDRESS", "LOCATION", "STREET_ADDRESS"}), PLACES),
    "address": (frozenset({"ADDRESS", "STREET_ADDRESS"}), PLACES - {"LOCATION"}),
    "place": (frozenset({"LOCATION"}), PLACES),
    "organisation": (frozenset({"ORGANIZATION"}), frozenset({"ORGANIZATION"})),
    "date": (frozenset({"DATE_TIME"}), frozenset({"DATE_TIME"})),
}
PARTS = {
    "ModelRecognizer": "network",
    "PersonRecognizer": "people",
    "LocationRecognizer": "places",
    "StreetRecognizer": "streets",
}
"""What tier 3 is made of, for ablations."""
TARGETS = {
    "person": "P 0.80, R 0.85",
    "address and place": "R 0.70",
    "organisation": "R 0.50",
    "leak": "at most 0.15",
    "harmless": "at most 0.04",
}


@dataclass(slots=True)
class Score:
    """Counts over a set of texts."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    chars: Counter[str] = field(default_factory=Counter)

    def add(self, row: dict[str, Any], findings: Iterable[Finding]) -> None:
        """One text."""
        text = row["full_text"]
        gold = [(s["start_position"], s["end_position"], s["entity_type"]) for s in row["spans"]]
        found = list({(f.start, f.end, f.entity) for f in findings})
        for kind, (labels, entities) in KINDS.items():
            wanted = [(a, b) for a, b, label in gold if label in labels]
            given = [(a, b) for a, b, entity in found if entity in entities]
            self.counts[kind, "gold"] += len(wanted)
            self.counts[kind, "hit"] += sum(_meets(span, given) for span in wanted)
            self.counts[kind, "given"] += len(given)
            self.counts[kind, "right"] += sum(_meets(span, wanted) for span in given)
        labelled = {at for a, b, _ in gold for at in range(a, b)}
        covered = {at for a, b, _ in found for at in range(a, b)}
        self.chars["labelled"] += len(labelled)
        self.chars["leak"] += len(labelled - covered)
        self.chars["harmless"] += len(text) - len(labelled)
        self.chars["over"] += len(covered - labelled)

    def of(self, kind: str) -> tuple[float, float]:
        """Precision and recall."""
        counts = self.counts
        return (
            counts[kind, "right"] / max(1, counts[kind, "given"]),
            counts[kind, "hit"] / max(1, counts[kind, "gold"]),
        )

    @property
    def leak(self) -> float:
        return self.chars["leak"] / max(1, self.chars["labelled"])

    @property
    def harmless(self) -> float:
        return self.chars["over"] / max(1, self.chars["harmless"])


def _meets(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in others)


def model_without(parts: Collection[str]) -> LocalModel:
    """The model with some of its parts taken out."""
    model = LocalModel()
    model._analyst = analyst = Analyst()
    registry = analyst._analyzer.registry
    registry.recognizers = [one for one in registry.recognizers if PARTS[type(one).__name__] not in parts]
    return model


def score(rows: Iterable[dict[str, Any]], policy: str, without: Collection[str] = ()) -> tuple[Score, Score, Score]:
    """All texts, and those of each half of the templates."""
    engine = with_model(engine_of(policy), model_without(without))
    every, first, second = Score(), Score(), Score()
    for row in rows:
        _, findings = settled(engine.request, row["full_text"])
        every.add(row, findings)
        (second if int(row["template_id"]) % 2 else first).add(row, findings)
    return every, first, second


def table(scores: tuple[Score, Score, Score]) -> str:
    """The table in Markdown."""
    lines = ["| | all P / R | even templates | odd templates | target |", "|---|---|---|---|---|"]
    for kind in KINDS:
        cells = [f"{one.of(kind)[0]:.2f} / {one.of(kind)[1]:.2f}" for one in scores]
        lines.append(f"| {kind} | {' | '.join(cells)} | {TARGETS.get(kind, '')} |")
    for name in ("leak", "harmless"):
        cells = [f"{getattr(one, name):.3f}" for one in scores]
        lines.append(f"| {name} | {' | '.join(cells)} | {TARGETS[name]} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--policy", default="strict")
    parser.add_argument("--every", type=int, default=1, help="take one text of so many")
    parser.add_argument("--without", action="append", default=[], choices=sorted(set(PARTS.values())))
    arguments = parser.parse_args()
    rows = json.loads(arguments.file.read_text(encoding="utf-8"))
    print(table(score(rows[:: arguments.every], arguments.policy, arguments.without)))


if __name__ == "__main__":
    main()
