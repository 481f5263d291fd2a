"""What the parts of a request say of tokens: whose word a text is, and how a conversation is told from another."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.wire.conversation import Speaker, speaker_of
from gateway.wire.format import Slot, SlotKind, Step
from gateway.wire.json_text import Node

_TRUSTED = frozenset({Speaker.SYSTEM, Speaker.USER})


class Roles:
    """Who wrote what in one request."""

    def __init__(self, root: Node, slots: Iterable[Slot]) -> None:
        self._root = root
        self._slots = [slot for slot in slots if slot.kind in (SlotKind.TEXT, SlotKind.JSON)]

    def is_answer(self, steps: tuple[Step, ...]) -> bool:
        """Whether a text is part of an earlier answer of the model."""
        return speaker_of(self._root, steps) is Speaker.MODEL

    def trusted_texts(self) -> list[str]:
        """What the application and the user wrote, without the results of tools."""
        return [slot.text for slot in self._slots if speaker_of(self._root, slot.steps) in _TRUSTED]

    def first_words(self) -> tuple[str, ...]:
        """The first message that is no instruction: with it a conversation begins."""
        spoken = (slot for slot in self._slots if speaker_of(self._root, slot.steps) is not Speaker.SYSTEM)
        first = next((slot for slot in spoken if slot.steps[0] in ("messages", "input", "prompt")), None)
        if first is None:
            return ()
        return tuple(slot.text for slot in self._slots if slot.steps[:2] == first.steps[:2])
