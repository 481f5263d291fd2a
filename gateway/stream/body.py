"""Whole bodies and events: every slot is inspected by the same engine, what changes is spliced into the original bytes.

Laws kept here:
1. What is not changed stays byte for byte.
2. Adjacent text parts of one message are read alone and as one text: no value hides in a seam, or behind what follows.
   Those of an answer are a stream that feeds itself (`chain.py`).
3. A replaced number stays a number (`0`, or the digits of its token), a replaced key stays unique.
4. What cannot be read is blocked unless the policy lets attachments through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.errors import AttachmentBlocked, GatewayError, UnreadableAnswer
from gateway.errors.policy import PolicyBlock
from gateway.stream.chain import redact_parts
from gateway.stream.holdback import Range, Scanner, redact, settled
from gateway.stream.json_holdback import redact_json
from gateway.stream.signed import Passing
from gateway.stream.tools import for_tool, tool_of, tools_of
from gateway.verdict import Direction, Finding
from gateway.wire.format import Rules, Slot, SlotKind, Step
from gateway.wire.json_text import path_of, quote, splice
from gateway.wire.parts import place

Edit = tuple[int, int, bytes]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A body after inspection.

    `reports` has the findings by path of their slot; `changed` the first list index on the way to each changed slot
    (which choice, which message); `altered` the steps of each slot that lost something nobody can restore.
    """

    edits: tuple[Edit, ...]
    reports: tuple[tuple[str, tuple[Finding, ...]], ...]
    changed: frozenset[int]
    altered: frozenset[tuple[Step, ...]] = frozenset()


def inspect_slots(
    slots: Iterable[Slot],
    scanner: Scanner,
    rules: Rules,
    direction: Direction,
    *,
    attachments: bool,
    passes_signed: bool = False,
) -> Inspected:
    """Inspect every slot of a body.

    Args:
        slots: of one body, in its order.
        scanner: decides and replaces.
        rules: of the format, for paths.
        direction: names the error of a blocked attachment.
        attachments: the policy lets them through unread.
        passes_signed: the policy lets text that is signed through as it is.

    Raises:
        AttachmentBlocked, UnreadableAnswer: there is one, and the policy blocks it.
        PolicyBlock: the policy blocks a value; `param` says where.
    """
    edits: list[Edit] = []
    reports: list[tuple[str, tuple[Finding, ...]]] = []
    changed: set[int] = set()
    altered: set[tuple[Step, ...]] = set()
    listed = list(slots)
    keys, tools = names(listed), tools_of(listed)
    for group in _groups(listed):
        if group[0].kind is SlotKind.ATTACHMENT:
            if not attachments:
                raise blocked(direction, path_of(group[0].steps, rules.keys))
            continue
        before = len(edits)
        own = for_tool(scanner, group[0].steps, tools, tool_of(group[0]))
        try:
            if len(group) > 1 and direction is Direction.RESPONSE:
                found = _edit_parts(group, own, edits)
            else:
                found = _edit_group(group, Passing(own) if passes_signed and group[0].is_signed else own, edits, keys)
        except PolicyBlock as block:
            block.param = path_of(group[0].steps, rules.keys)
            raise
        if found:
            reports.append((path_of(group[0].steps, rules.keys), tuple(found)))
            if any(finding.is_loss for finding in found):
                altered.update(slot.steps for slot in group)
        if len(edits) > before:
            changed.update(step for step in group[0].steps[1:2] if isinstance(step, int))
    return Inspected(tuple(sorted(edits)), tuple(reports), frozenset(changed), frozenset(altered))


def blocked(direction: Direction, path: str) -> GatewayError:
    """The error for an attachment that the policy does not let through."""
    return AttachmentBlocked(param=path) if direction is Direction.REQUEST else UnreadableAnswer(param=path)


def apply(body: bytes, edits: Sequence[Edit]) -> bytes:
    """The body with its edits; the same object when there are none. An edit inside the range of another one is part of
    what goes with it."""
    if not edits:
        return body
    kept: list[Edit] = []
    for edit_ in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if not kept or edit_[1] > kept[-1][1]:
            kept.append(edit_)
    return splice(body, kept)


def names(slots: Iterable[Slot]) -> dict[str, int]:
    """The keys that a body has before its inspection, for `edit`."""
    return {slot.text: 1 for slot in slots if slot.kind is SlotKind.KEY}


def _groups(slots: Iterable[Slot]) -> list[list[Slot]]:
    """Slots one by one, but neighbouring text parts of one list (`content[0].text`, `content[1].text`) together."""
    groups: list[list[Slot]] = []
    lists: dict[tuple[Step, ...], tuple[int, list[Slot]]] = {}
    for slot in slots:
        where = place(slot.steps) if slot.kind is SlotKind.TEXT else None
        if where is None:
            groups.append([slot])
            continue
        parent, index = where
        last, group = lists.get(parent, (-1, []))
        if not group or index != last + 1:
            group = []
            groups.append(group)
        group.append(slot)
        lists[parent] = index, group
    return groups


def _edit_group(group: list[Slot], scanner: Scanner, edits: list[Edit], keys: dict[str, int]) -> tuple[Finding, ...]:
    if len(group) == 1:
        slot = group[0]
        replacement, found = edit(slot, scanner, keys)
        if replacement is not None:
            edits.append((slot.start, slot.end, replacement))
        return found
    text, at = "".join(slot.text for slot in group), 0
    ranges, findings = settled(scanner, text)
    for slot in group:
        alone, own = settled(scanner, slot.text)
        ranges += [(start + at, end + at, winner) for start, end, winner in alone]
        findings += [replace(one, start=one.start + at, end=one.end + at) for one in own]
        at += len(slot.text)
    shown_at = [(start, end, scanner.replacement(one, text[start:end])) for start, end, one in _merged(ranges)]
    at = 0
    for slot in group:
        shown = _part(slot.text, at, shown_at)
        if shown != slot.text:
            edits.append((slot.start, slot.end, quote(shown)))
        at += len(slot.text)
    return tuple(dict.fromkeys(findings))


def _edit_parts(group: list[Slot], scanner: Scanner, edits: list[Edit]) -> tuple[Finding, ...]:
    """The parts of one text in an answer, as those of a stream."""
    shown, findings = redact_parts(scanner, [slot.text for slot in group], truncated=group[-1].cut_off)
    edits += [(slot.start, slot.end, quote(text)) for slot, text in zip(group, shown, strict=True) if text != slot.text]
    return findings


def _merged(ranges: list[Range]) -> list[Range]:
    """The union of ranges that may overlap, each named by the longest that begins it."""
    merged: list[Range] = []
    for start, end, winner in sorted(ranges, key=lambda one: (one[0], -one[1])):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end), merged[-1][2])
        else:
            merged.append((start, end, winner))
    return merged


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
        keys: of this body, from `names`: no two become the same.
    """
    if slot.kind is SlotKind.JSON:
        redacted = redact_json(scanner, slot.text, truncated=slot.cut_off)
    elif slot.cut_off:
        redacted = redact(scanner, slot.text, context=slot.context, truncated=True)
    else:
        redacted = redact(scanner, slot.text, context=slot.context)
    shown = redacted.text
    if shown == slot.text:
        return None, redacted.findings
    if slot.kind is SlotKind.NUMBER:
        return (shown.encode() if _INTEGER.fullmatch(shown) else b"0"), redacted.findings
    if slot.kind is SlotKind.KEY:
        shown = _unique(shown, keys)
    return quote(shown), redacted.findings


def _unique(shown: str, keys: dict[str, int]) -> str:
    name, number = shown, keys.get(shown, 1)
    while name in keys:
        number += 1
        name = f"{shown}_{number}"
    keys[shown] = number
    keys[name] = keys.get(name, 1)
    return name
