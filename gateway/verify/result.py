"""What a run found: counts by entity and field, leaks, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.verify.case import Case, Group, Verdict
from gateway.verify.errors import EXIT_CLEAN, EXIT_LEAK

LEAKS_KEPT = 500


@dataclass(slots=True)
class Count:
    """Cases of one entity in one field."""

    tried: int = 0
    leaked: int = 0
    lost: int = 0

    def add(self, other: Count) -> None:
        """Count these too."""
        self.tried += other.tried
        self.leaked += other.leaked
        self.lost += other.lost


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A value that came through whole in a clean place: a leak, unless the policy lets it through."""

    entity: str
    direction: str
    example: str
    allowed: bool


@dataclass(slots=True)
class Result:
    """What a run found."""

    spread: str
    counts: dict[tuple[str, Group, str], Count] = field(default_factory=dict)
    leaks: list[dict[str, str]] = field(default_factory=list)
    uncovered: list[Uncovered] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)
    """Entities without an example."""
    altered: list[str] = field(default_factory=list)
    """Where clean text did not come through as it was."""
    seconds: float = 0.0

    def note(self, case: Case, verdict: Verdict) -> None:
        """Count a case."""
        count = self.counts.setdefault((case.entity, case.group, case.place), Count())
        count.tried += 1
        if verdict is Verdict.LEAKED:
            count.leaked += 1
            if len(self.leaks) < LEAKS_KEPT:
                place = {"entity": case.entity, "where": case.group.value, "field": case.place, "cut": case.cut}
                self.leaks.append(place)
        elif verdict is Verdict.LOST:
            count.lost += 1
            if case.group is Group.CONTROL:
                self.altered.append(f"{case.place}, {case.cut}")

    @property
    def total(self) -> Count:
        """All cases."""
        return self.by(lambda _entity, _group: True)

    def by(self, wanted: Any) -> Count:
        """The cases whose entity and group are wanted."""
        total = Count()
        for (entity, group, _), count in self.counts.items():
            if wanted(entity, group):
                total.add(count)
        return total

    @property
    def entities(self) -> list[str]:
        """Every entity that was tried, in order."""
        return list(dict.fromkeys(entity for entity, _, _ in self.counts if entity))

    @property
    def exit_code(self) -> int:
        """1 when anything leaked, or clean text was altered (a gateway that drops everything leaks nothing)."""
        return EXIT_LEAK if self.total.leaked or self.altered else EXIT_CLEAN

    @property
    def summary(self) -> str:
        """One line."""
        total = self.total
        through = sorted({one.entity for one in self.uncovered if one.allowed})
        parts = [
            f"{total.tried:,} cases, {len(self.entities)} entities",
            f"{total.leaked:,} leaked",
            f"{total.lost:,} lost",
            f"clean text altered in {len(self.altered)} places" if self.altered else "clean text identical",
            *([f"let through by the policy: {', '.join(through)}"] if through else []),
            *([f"not tried: {', '.join(self.untried)}"] if self.untried else []),
        ]
        return f"holdback verify: {'; '.join(parts)} ({self.seconds:.1f} s)"

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        fields = [
            {
                "entity": entity or None,
                "where": group.value,
                "field": name,
                "tried": count.tried,
                "leaked": count.leaked,
                "lost": count.lost,
            }
            for (entity, group, name), count in self.counts.items()
        ]
        total = self.total
        return {
            "spread": self.spread,
            "seconds": round(self.seconds, 1),
            "tried": total.tried,
            "leaked": total.leaked,
            "lost": total.lost,
            "fields": fields,
            "leaks": self.leaks,
            "not_covered": [
                {"entity": one.entity, "direction": one.direction, "example": one.example, "allowed": one.allowed}
                for one in self.uncovered
            ],
            "altered": self.altered,
            "not_tried": self.untried,
        }
