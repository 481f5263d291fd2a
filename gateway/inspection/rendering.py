"""How the application's own scanner sees a text: every entity that is detected replaced, whatever the policy does with
it, and every token of ours too, so that nothing in it is a value or turns back into one (rule 36 of the security
decisions).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.inspection.inspector import Inspector
from gateway.inspection.links import Hosts
from gateway.inspection.operators import redact
from gateway.inspection.restoring import Restoring
from gateway.stream.body import inspect_slots
from gateway.stream.scanner import Scanner
from gateway.vault.matcher import Match
from gateway.vault.tokenizer import Entry, Ledger
from gateway.verdict import Action, Direction, Finding
from gateway.wire.conversation import speaker_of
from gateway.wire.format import Slot, SlotKind, WireFormat
from gateway.wire.json_text import Node, path_of
from policies.policy import Policy
from recognizers.pipeline import Pipeline

THRESHOLD_MAX = 0.3
"""What scores less is no detection, under any policy; `strict` has the same."""
EVERYTHING = Policy("everything detected")


@dataclass(frozen=True, slots=True)
class Told:
    """One text, as the scanner sees it: where it stands, who said it, what it says."""

    path: str
    role: str
    text: str = field(repr=False)


def everything(policy: Policy, pipeline: Pipeline) -> Inspector:
    """What replaces all that a pipeline detects: a policy without rules redacts every entity and excuses nothing."""
    return Inspector(
        pipeline,
        replace(EVERYTHING, threshold=min(policy.threshold, THRESHOLD_MAX), holdback_chars=policy.holdback_chars),
        Direction.REQUEST,
    )


class Hiding(Restoring):
    """Implements `gateway.stream.scanner.Scanner`: an inspector, and beside it the tokens of a request, which it hides.

    Args:
        inspector: replaces what is detected.
        ledger: of the request.
    """

    def __init__(self, inspector: Scanner, ledger: Ledger) -> None:
        super().__init__(inspector, ledger, Hosts())

    def for_tool(self, name: str) -> Scanner:
        return self

    def _finding(self, match: Match[Entry], place: object) -> Finding:
        found = Finding(match.start, match.end, match.payload.entity, "token", 1.0, Action.REDACT, validated=True)
        return replace(found, exclusive=True)

    def replacement(self, finding: Finding, text: str) -> str:
        return redact(finding, text)


def hiding(scanner: Scanner, ledger: Ledger | None) -> Scanner:
    """A scanner that replaces what is detected, and hides the tokens of a request."""
    return Hiding(scanner, ledger) if ledger is not None and len(ledger) else scanner


def rendered(root: Node, slots: Sequence[Slot], wire: WireFormat, scanner: Scanner, way: Direction) -> list[Told]:
    """The texts of a body.

    Args:
        root: of the body.
        slots: of the body.
        wire: its format.
        scanner: replaces what is detected.
        way: which way the body goes.
    """
    inspected = inspect_slots(slots, scanner, wire.rules, way, attachments=True)
    shown = {start: literal for start, _, literal in inspected.edits}
    told = []
    for slot in slots:
        if slot.kind in (SlotKind.TEXT, SlotKind.JSON) and slot.text:
            literal = shown.get(slot.start)
            role = speaker_of(root, slot.steps).value if way is Direction.REQUEST else "assistant"
            text = slot.text if literal is None else json.loads(literal)
            told.append(Told(path_of(slot.steps, wire.rules.keys), role, text))
    return told
