"""`attachments: strip`: what cannot be read is taken out of a body or an event, and the text around it goes on.

Laws kept here:
1. What goes is a part of a list, with its comma, and nothing beside it changes by a byte. A document goes with its
   source, a wish for a spoken answer with its voice.
2. No list of contents is left empty, which providers refuse: it becomes the text `[ATTACHMENT]`, which each endpoint
   takes in the place of a list.
3. In an answer nothing moves up in a list of contents, since clients count in it: a part becomes a text part. What was
   drawn or spoken loses its bytes and keeps its text.
4. What cannot go without breaking what belongs to it (a screenshot that answers a call) stays, and is blocked like any
   other attachment. The result is parsed and inspected like any other body.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Protocol

from gateway.stream.body import Edit, apply
from gateway.verdict import Action, Finding
from gateway.wire.format import Slot, SlotKind, WireFormat
from gateway.wire.json_text import Kind, Node, parse, path_of

ATTACHMENT = "ATTACHMENT"
_TEXT = b'"[ATTACHMENT]"'
_PART = b'{"type":"text","text":%b}' % _TEXT
_SOURCE = b'{"type":"text","media_type":"text/plain","data":%b}' % _TEXT
_SPOKEN = "modalities"
_CONTENTS = frozenset({"content", "system", "input", "output"})
_BYTES = frozenset({"data", "file_data", "b64_json", "partial_image_b64", "delta"})
"""Members whose strings are bytes in base64: an empty one is still that."""

Report = tuple[str, tuple[Finding, ...]]
"""The path of what went, and a finding of no text."""


class Bounds(Protocol):
    """How deep and how large JSON may be."""

    @property
    def json_depth(self) -> int: ...

    @property
    def json_nodes(self) -> int: ...


def stripped(
    root: Node, slots: list[Slot], wire: WireFormat, limits: Bounds, *, is_answer: bool
) -> tuple[Node, list[Slot], tuple[Report, ...]]:
    """A whole body without its attachments: its root, its slots, and what to report of those that went.

    Args:
        root: of the body; the same comes back when there are none.
        slots: of the body.
        wire: its format.
        limits: as it was parsed with.
        is_answer: whose body it is.
    """
    body, gone = without_attachments(root, slots, wire.rules.keys, is_answer=is_answer)
    if not gone:
        return root, slots, ()
    root = parse(body, max_depth=limits.json_depth, max_nodes=limits.json_nodes)
    return root, wire.response_slots(root) if is_answer else wire.request_slots(root), gone


def without_attachments(
    root: Node, slots: Iterable[Slot], keys: frozenset[str], *, is_answer: bool
) -> tuple[bytes, tuple[Report, ...]]:
    """The bytes of a body or an event without its attachments (the same ones when there are none), and what to report.

    Args:
        root: of the body.
        slots: of the body; those of attachments say what they are.
        keys: the format's own words, for paths.
        is_answer: whose body it is.
    """
    marked = {slot.start: slot for slot in slots if slot.kind is SlotKind.ATTACHMENT}
    if not marked:
        return root.body, ()
    work = _Stripping(marked, is_answer=is_answer)
    work.visit(root, "", in_list=False)
    if work.silences:
        work.edits += _without_member(root, "audio")
    one = Finding(0, 0, ATTACHMENT, "attachments", 1.0, Action.REDACT)
    return apply(root.body, work.edits), tuple((path_of(slot.steps, keys), (one,)) for slot in work.gone)


class _Stripping:
    """One walk over one body."""

    def __init__(self, marked: dict[int, Slot], *, is_answer: bool) -> None:
        self._marked = marked
        self._is_answer = is_answer
        self.edits: list[Edit] = []
        self.gone: list[Slot] = []
        self.silences = False

    def visit(self, node: Node, name: str, *, in_list: bool) -> bool:
        """Whether the node is to go as a whole, which its list sees to. `name`: of the member that it stands in."""
        slot = self._marked.get(node.start)
        if node.kind is Kind.ARRAY:
            self._list(node, name)
            return False
        if node.kind is Kind.STRING:
            return slot is not None and self._string(node, name, slot)
        if slot is not None:
            return self._part(node, name, slot, in_list=in_list)
        goes = False
        for key, (_, value) in node.members.items():
            goes = self.visit(value, key, in_list=False) or goes
        return goes and in_list

    def _string(self, node: Node, name: str, slot: Slot) -> bool:
        self.gone.append(slot)
        if name == _SPOKEN:
            self.silences = True
            return True
        self._put(node, b'""' if name in _BYTES else _TEXT)
        return False

    def _part(self, node: Node, name: str, slot: Slot, *, in_list: bool) -> bool:
        """An object that says of itself that it is an attachment."""
        goes = True
        if self._is_answer:
            drawn = node.get("result")
            if drawn is not None:
                self._put(drawn, b"null")
            elif name == "source" and not in_list:
                self._put(node, _SOURCE)
            elif name in ("content", "content_block"):
                self._put(node, _PART)
            elif not in_list:
                return False
            goes = drawn is None and in_list and name not in ("content", "output")
        elif not in_list and name != "source":
            return False
        self.gone.append(slot)
        return goes

    def _list(self, node: Node, name: str) -> None:
        gone = []
        for place, element in enumerate(node.elements):
            if self.visit(element, name, in_list=True):
                gone.append(place)
        if not gone:
            return
        if len(gone) < len(node.elements):
            self.edits += without(node.elements, gone)
        elif name == _SPOKEN:
            self._put(node, b'["text"]')
        else:
            self._put(node, _TEXT if name in _CONTENTS else b"[]")

    def _put(self, node: Node, written: bytes) -> None:
        self.edits.append((node.start, node.end, written))


def without(elements: Sequence[Node], gone: Iterable[int]) -> list[Edit]:
    """The edits that take elements out of a list, of which some stay.

    Args:
        elements: of the list.
        gone: the places of those that go.
    """
    left = sorted(set(range(len(elements))) - set(gone))
    edits: list[Edit] = [(elements[0].start, elements[left[0]].start, b"")]
    for before, after in pairwise(left):
        if after > before + 1:
            edits.append((elements[before].end, elements[after].start, b","))
    edits.append((elements[left[-1]].end, elements[-1].end, b""))
    return [edit for edit in edits if edit[0] < edit[1]]


def _without_member(root: Node, name: str) -> list[Edit]:
    """The edits that take a member out of an object."""
    members = list(root.members.values())
    place = list(root.members).index(name) if name in root.members else -1
    if place < 0 or len(members) == 1:
        return []
    if place == 0:
        return [(members[0][0].start, members[1][0].start, b"")]
    return [(members[place - 1][1].end, members[place][1].end, b"")]
