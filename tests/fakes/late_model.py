"""A model whose answers come late: words of capitals are people, and it never says when it will be ready."""

from __future__ import annotations

import random
import re

from recognizers.ner.entities import Entity

PERSON = re.compile(r"\b[A-Z]{4,}(?: [A-Z]{4,})*\b")


class LateAnswer:
    def __init__(self, text: str, chance: random.Random) -> None:
        self._found = tuple(Entity(m.start(), m.end(), "PERSON", 0.9) for m in PERSON.finditer(text))
        self._chance = chance

    def is_ready(self) -> bool:
        return self._chance.random() < 0.3

    def wait(self) -> tuple[Entity, ...]:
        return self._found


class LateModel:
    """Implements `gateway.inspection.model.Model`; `asked` are the segments that came."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.asked: list[str] = []

    def ask(self, text: str, asker: object) -> LateAnswer:
        self.asked.append(text)
        return LateAnswer(text, self._chance)
