"""What a preset covers, as rows and as a page: identifier, clause, recognizers, action, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policies.evidence import Evidence, Measured, clauses, limits, settings
from policies.policy import DIRECTIONS, ENFORCE, EVERY_ENTITY, Policy


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of a preset.

    Args:
        entity: or `*` for all that are not named.
        clause: that its comment cites.
        recognizers: what finds it, in words.
        action: for both directions, or for the request and the response.
        measured: on the conformance set; None where nothing was.
    """

    entity: str
    clause: str
    recognizers: str
    action: str
    measured: Measured | None

    @property
    def recall(self) -> str:
        """What was found of the positives, in words."""
        one = self.measured
        return f"{one.recall:.0%} of {one.positives}" if one else ""

    @property
    def false_alarms(self) -> str:
        """What was taken for it of the near-misses, in words."""
        one = self.measured
        return f"{one.false_rate:.0%} of {one.near_misses}" if one else ""


def rows(policy: Policy, text: str, evidence: Evidence, found_by: Mapping[str, str]) -> list[Row]:
    """The coverage table of a policy.

    Args:
        policy: loaded.
        text: as it is written.
        evidence: that ships.
        found_by: from entity to what finds it, in words.
    """
    measured = evidence.presets.get(policy.name, {})
    cited = clauses(text)
    entities = dict.fromkeys([*cited, *policy.rules, EVERY_ENTITY])
    return [
        Row(
            entity,
            cited.get(entity, ""),
            found_by.get(entity, "all others" if entity == EVERY_ENTITY else ""),
            action_of(policy, entity),
            measured.get(entity),
        )
        for entity in entities
    ]


def action_of(policy: Policy, entity: str) -> str:
    """What happens to an entity, in words."""
    words = []
    for way in DIRECTIONS:
        mode = policy.mode_of(entity, way)
        words.append(policy.rule(entity).action(way) + ("" if mode == ENFORCE else f" ({mode})"))
    return words[0] if words[0] == words[1] else f"{words[0]} / {words[1]}"


def page(policy: Policy, text: str, evidence: Evidence, found_by: Mapping[str, str]) -> str:
    """A Markdown page of what a preset does and does not do."""
    lines = [f"# Preset `{policy.name}`", "", policy.description, ""]
    lines += [f"Use it with `--policy {policy.name}`, or as `extends: {policy.name}` in a policy of your own."]
    lines += ["", "## What it does not do", ""]
    lines += [f"- {limit}" for limit in limits(text)]
    lines += ["", "## Settings", "", "| setting | value | by |", "|---|---|---|"]
    lines += [f"| `{key}` | `{value}` | {clause} |" for key, value, clause in settings(text)]
    lines += ["", "## Coverage", ""]
    lines += [
        f"Measured on {evidence.date} with the catalogue `{evidence.catalogue}`, on the conformance set of the tests:",
        "made-up values of each identifier in sentences, and near-misses. Found means covered as a whole; false alarms",
        "are near-misses that were taken for the identifier. The figures are of structured forms in plain text: they",
        "say nothing of names, and nothing of texts that nobody has thought of.",
        "",
        "| identifier | clause | found by | action | found | false alarms |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows(policy, text, evidence, found_by):
        cells = (f"`{row.entity}`", row.clause, row.recognizers, row.action, row.recall, row.false_alarms)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
