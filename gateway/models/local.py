"""Tier 3 in this process, for batch commands: nobody else waits here. Loads at the first segment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.errors import InspectionFailed
from recognizers.ner.entities import Entity


class LocalAnswer:
    """A segment that is analysed together with its neighbours, when the first of them is waited for."""

    def __init__(self, model: LocalModel, text: str) -> None:
        self._model = model
        self.text = text
        self.found: tuple[Entity, ...] | None = None

    def is_ready(self) -> bool:
        return self.found is not None

    def wait(self) -> tuple[Entity, ...]:
        if self.found is None:
            self._model.run()
        if self.found is None:
            raise InspectionFailed
        return self.found


class LocalModel:
    """Implements `gateway.inspection.model.Model`."""

    def __init__(self, configuration: Mapping[str, Any] | None = None) -> None:
        self._configuration = configuration
        self._analyst: Any = None
        self._asked: list[LocalAnswer] = []

    def ask(self, text: str, asker: object) -> LocalAnswer:
        answer = LocalAnswer(self, text)
        self._asked.append(answer)
        return answer

    def run(self) -> None:
        """Analyse all that has been asked for."""
        asked, self._asked = self._asked, []
        failed = False
        found: list[tuple[Entity, ...]] = []
        try:
            if self._analyst is None:
                from recognizers.presidio import Analyst

                self._analyst = Analyst(self._configuration)
            found = self._analyst.analyze([answer.text for answer in asked])
        except Exception:  # noqa: BLE001 - a foreign error may hold text
            failed = True
        if failed:
            raise InspectionFailed
        for answer, entities in zip(asked, found, strict=True):
            answer.found = entities
