"""Whole bodies, by the same engine: every slot is inspected, what changes is spliced into the original bytes.

Laws kept here:
1. What is not changed stays byte for byte.
2. Adjacent text parts of one message are one text: a value cannot hide in the seam.
3. A replaced number stays a number (`0`), a replaced key stays unique.
4. What cannot be read is blocked unless the policy lets attachments through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.errors import AttachmentBlocked, GatewayError, UnreadableAnswer
from gateway.stream.holdback import Scanner, redact
from gateway.stream.json_holdback import redact_json
from gateway.verdict import Direction, Finding
from gateway.wire.format import Rules, Slot, SlotKind
from gateway.wire.json_text import path_of, quote, splice

Edit = tuple[int, int, bytes]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A body after inspection.

    `reports` has the findings by path of their slot; `changed` the first list index on the way to each changed slot
    (which choice, which message).
    """

    edits: tuple[Edit, ...]
    reports: tuple[tuple[str, tuple[Finding, ...]], ...]
    changed: frozenset[int]


def inspect_slots(
    slots: Iterable[Slot], scanner: Scanner, rules: Rules, direction: Direction, *, attachments: bool
) -> Inspected:
    """Inspect every slot of a body.

    Args:
        slots: of one body, in its order.
        scanner: decides and replaces.
        rules: of the format, for paths.
        direction: names the error of a blocked attachment.
        attachments: the policy lets them through unread.

    Raises:
        AttachmentBlocked, UnreadableAnswer: there is one, and the policy blocks it.
    """
    edits: list[Edit] = []
    reports: list[tuple[str, tuple[Finding, ...]]] = []
    changed: set[int] = set()
    keys: dict[str, int] = {}
    for group in _groups(slots):
        if group[0].kind is SlotKind.ATTACHMENT:
            if not attachments:
                raise blocked(direction, path_of(group[0].steps, rules.keys))
            continue
        found = _edit_group(group, scanner, edits, keys)
        if found:
            reports.append((path_of(group[0].steps, rules.keys), tuple(found)))
            changed.update(step for step in group[0].steps[1:2] if isinstance(step, int))
    return Inspected(tuple(sorted(edits)), tuple(reports), frozenset(changed))


def blocked(direction: Direction, path: str) -> GatewayError:
    """The error for an attachment that the policy does not let through."""
    return AttachmentBlocked(param=path) if direction is Direction.REQUEST else UnreadableAnswer(param=path)


def apply(body: bytes, edits: Sequence[Edit]) -> bytes:
    """The body with its edits; the same object when there are none."""
    return splice(body, sorted(edits)) if edits else body


def _groups(slots: Iterable[Slot]) -> list[list[Slot]]:
    """Slots one by one, but neighbouring text parts of one list (`content[0].text`, `content[1].text`) together."""
    groups: list[list[Slot]] = []
    for slot in slots:
        if groups and _adjacent(groups[-1][-1], slot):
            groups[-1].append(slot)
        else:
            groups.append([slot])
    return groups


def _adjacent(left: Slot, right: Slot) -> bool:
    if left.kind is not SlotKind.TEXT or right.kind is not SlotKind.TEXT or len(left.steps) != len(right.steps):
        return False
    if len(left.steps) < 2 or left.steps[-1] != "text" or right.steps[-1] != "text":
        return False
    before, after = left.steps[-2], right.steps[-2]
    return (
        isinstance(before, int)
        and isinstance(after, int)
        and after - before == 1
        and left.steps[:-2] == right.steps[:-2]
    )


def _edit_group(
    group: list[Slot], scanner: Scanner, edits: list[Edit], keys: dict[str, int]
) -> tuple[Finding, ...]:
    if len(group) == 1:
        slot = group[0]
        replacement, found = edit(slot, scanner, keys)
        if replacement is not None:
            edits.append((slot.start, slot.end, replacement))
        return found
    redacted = redact(scanner, "".join(slot.text for slot in group))
    at = 0
    for slot in group:
        shown = _part(slot.text, at, redacted.replaced)
        if shown != slot.text:
            edits.append((slot.start, slot.end, quote(shown)))
        at += len(slot.text)
    return redacted.findings


def _part(text: str, at: int, replaced: Sequence[tuple[int, int, str]]) -> str:
    """One of several neighbouring texts, which begins at `at`; a replacement stands where its value began."""
    out: list[str] = []
    done = 0
    for start, end, replacement in replaced:
        if end <= at or start >= at + len(text):
            continue
        out.append(text[done : max(start - at, 0)])
        if start >= at:
            out.append(replacement)
        done = min(end - at, len(text))
    out.append(text[done:])
    return "".join(out)


def edit(slot: Slot, scanner: Scanner, keys: dict[str, int]) -> tuple[bytes | None, tuple[Finding, ...]]:
    """The literal that replaces a slot's, or None when it stays, and what was found.

    Args:
        slot: any but an attachment.
        scanner: decides and replaces.
        keys: counts replaced keys of this body, so that no two become the same.
    """
    if slot.kind is SlotKind.JSON:
        redacted = redact_json(scanner, slot.text)
    else:
        redacted = redact(scanner, slot.text, context=slot.context)
    shown = redacted.text
    if not redacted.findings:
        return None, ()
    if slot.kind is SlotKind.NUMBER:
        return b"0", redacted.findings
    if slot.kind is SlotKind.KEY:
        keys[shown] = keys.get(shown, 0) + 1
        if keys[shown] > 1:
            shown = f"{shown}_{keys[shown]}"
    return quote(shown), redacted.findings
