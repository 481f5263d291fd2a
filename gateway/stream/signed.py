"""`signed_thinking: pass`: text that its provider has signed goes on as it is, since its signature would not hold for
anything else.

Laws kept here:
1. In an answer no character of it changes: own tokens stay tokens, and what the policy would replace is reported and
   not carried out. What the policy blocks still ends the answer, and so does a canary: to stop is not to alter.
2. In a request it goes on byte for byte or not at all. A signature cannot be checked here, so a client may write
   anything and call it signed: a block in which one value would be replaced is taken out as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.stream.scanner import Noticing, Scanner, SlowAnswers, live_from
from gateway.verdict import Action, Finding
from gateway.wire.format import Slot, Step

SIGNED = "token/in signed text"


class Passing(SlowAnswers, Noticing):
    """Implements `gateway.stream.scanner.Scanner`: another one that alters nothing.

    Args:
        inner: finds; its progress is used as it is.
    """

    __slots__ = ("_inner", "replacement", "start", "tail_end")

    def __init__(self, inner: Scanner) -> None:
        self._inner = inner
        self.start, self.tail_end, self.replacement = inner.start, inner.tail_end, inner.replacement

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        frontier, found = self._inner.scan(raw, base, progress, final=final)
        return frontier, [_reported(finding) for finding in found]

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        frontier, found = live_from(self._inner, raw, base, progress)
        return frontier, [_reported(finding) for finding in found]

    def cut_off(self, raw: str) -> bool:
        return False

    def noticed(self, progress: object) -> list[Finding]:
        return self._inner.noticed(progress) if isinstance(self._inner, Noticing) else []


def _reported(finding: Finding) -> Finding:
    if finding.action is Action.RESTORE:
        return replace(finding, action=Action.KEEP, recognizer=SIGNED)
    if finding.passes or finding.action in (Action.KEEP, Action.BLOCK):
        return finding
    return replace(finding, enforced=False)


def touched(slots: Iterable[Slot], edits: Sequence[tuple[int, int, bytes]]) -> frozenset[tuple[Step, ...]]:
    """The steps of the slots of a body that its edits change."""
    changed = {edit[:2] for edit in edits}
    return frozenset(slot.steps for slot in slots if (slot.start, slot.end) in changed)
