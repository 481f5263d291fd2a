"""Measures every preset on the conformance set, and writes what `holdback policy show` and docs/compliance print:

python -m tests.conformance.measure
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from gateway.inspection.engine import Engine, engine_of
from gateway.stream.holdback import redact
from gateway.verdict import Finding
from policies.evidence import Measured, clauses
from policies.loader import preset_text
from policies.policy import Policy
from recognizers.catalogue import catalogue
from recognizers.fingerprint import fingerprint
from recognizers.recognizer import Recognizer
from tests.conformance.generator import Case, known, near_misses, of_policy, positives

FILE = Path(__file__).resolve().parents[2] / "policies" / "presets" / "measured.json"
COMPLIANCE = ("developer", "gdpr", "hipaa", "pci", "soc2")
"""Presets whose rules name entities."""


def covered(policy: Policy) -> list[Recognizer]:
    """What the rules of a preset name, in its order; without what only a model finds."""
    own = {one.entity: of_policy(one.name, one.entity, one.deny_list) for one in policy.recognizers}
    named = (entity for entity in clauses(preset_text(policy.name)) if entity in own or entity in catalogue())
    return [own[entity] if entity in own else known(entity) for entity in named]


def is_found(
    case: Case, findings: Iterable[Finding], ranges: Iterable[tuple[int, int, object]], *, warns: bool
) -> bool:
    """Whether every value of a positive is covered as a whole (or, of what is only warned of, reported)."""
    places = [(f.start, f.end) for f in findings if f.entity == case.entity] if warns else [r[:2] for r in ranges]
    return all(any(low <= start and end <= high for low, high in places) for start, end in case.spans)


def is_false(case: Case, findings: Iterable[Finding]) -> bool:
    """Whether something in a near-miss was taken for the entity."""
    return any(finding.entity == case.entity for finding in findings)


def measured(engine: Engine, recognizer: Recognizer) -> Measured:
    """One entity under one preset, by the engine of both directions."""
    warns = engine.policy.rule(recognizer.entity).request == "warn"
    good, bad = positives(recognizer), near_misses(recognizer)
    found = sum(_found(engine, case, warns=warns) for case in good)
    return Measured(
        len(good), found, len(bad), sum(is_false(case, redact(engine.response, case.text).findings) for case in bad)
    )


def _found(engine: Engine, case: Case, *, warns: bool) -> bool:
    redacted = redact(engine.response, case.text)
    return is_found(case, redacted.findings, redacted.replaced, warns=warns)


def measure(name: str) -> dict[str, Measured]:
    """All that a preset's rules name."""
    engine = engine_of(name)
    return {one.entity: measured(engine, one) for one in covered(engine.policy)}


def main() -> None:
    """Measure and write."""
    rows = {
        name: {entity: [m.positives, m.found, m.near_misses, m.false_alarms] for entity, m in measure(name).items()}
        for name in COMPLIANCE
    }
    lines = [f'  "catalogue": "{fingerprint()}",', f'  "date": "{datetime.now(UTC).date()}",', '  "presets": {']
    for place, (name, entities) in enumerate(rows.items()):
        inner = ",\n".join(f"      {json.dumps(entity)}: {json.dumps(row)}" for entity, row in entities.items())
        lines.append(f'    "{name}": {{\n{inner}\n    }}' + ("," if place < len(rows) - 1 else ""))
    FILE.write_text("{\n" + "\n".join(lines) + "\n  }\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
