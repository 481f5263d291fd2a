"""Tier 3 over tiers 1 and 2: a scanner that asks a model about segments and waits for it before it lets text go.

Laws kept here:
1. No character leaves before the segment it stands in has been answered; an answer that fails, fails the text.
2. Where segments are cut goes by position (`recognizers.segments`); when answers come changes when text leaves, never
   which text.
3. Bounded: segments of one text that are asked for and not answered. Over the bound, the text waits for the first.

The model is handed in. This room knows that answers may take time, not how one waits for them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol, cast

from gateway.inspection.inspector import Inspector
from gateway.stream.scanner import Around, Scanner, SlowAnswers
from gateway.verdict import Finding
from recognizers.ner.entities import Entity
from recognizers.ner.gate import may_hold
from recognizers.recognizer import Span
from recognizers.segments import Cut, Cutting, carried, next_cut, note

PENDING_SEGMENTS_MAX = 32
RECOGNIZER = "model"
_ESCAPES = {char: " " + char for char in '"\\/'} | dict.fromkeys("bfnrt", "  ")


class Answer(Protocol):
    """What the model found in one segment, now or later."""

    def is_ready(self) -> bool:
        """Whether `wait` would not wait."""

    def wait(self) -> tuple[Entity, ...]:
        """The entities, in offsets of the segment.

        Raises:
            InspectionFailed: there is no answer and will be none.
        """


class Model(Protocol):
    """Whatever answers for tier 3: worker processes, a sidecar, this process."""

    def ask(self, text: str, asker: object) -> Answer:
        """Begin to analyse a segment; waits while there is no room.

        Args:
            text: of the segment.
            asker: whose it is: those of different askers are served in turn.
        """


@dataclass(frozen=True, slots=True)
class _Asked:
    start: int
    cut: Cut
    answer: Answer | None

    def __deepcopy__(self, memo: object) -> _Asked:
        """Two readings of one text may share an answer (`gateway/stream/readings.py`)."""
        return self


@dataclass(slots=True)
class ModelProgress:
    """Of one text: that of tiers 1 and 2, where the cuts are, and what has been asked."""

    inner: object
    json_text: bool
    cutting: Cutting = field(default_factory=Cutting)
    asked: deque[_Asked] = field(default_factory=deque)
    decided: int = 0


class ModelScanner(Around, SlowAnswers):
    """Implements `gateway.stream.scanner.Scanner` by an inspector and a model; shared by all channels."""

    def __init__(self, inspector: Inspector, model: Model) -> None:
        super().__init__(inspector)
        self._finding = inspector.finding
        self._model = model
        self.replacement = inspector.replacement

    @property
    def forms(self) -> Scanner:
        """What decides without the model."""
        return self._inner

    def start(self, *, json_text: bool) -> ModelProgress:
        return ModelProgress(self._inner.start(json_text=json_text), json_text)

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        progress = cast(ModelProgress, progress)
        frontier, found = self._inner.scan(raw, base, progress.inner, final=final)
        if found:
            note(progress.cutting, ((finding.start, finding.end) for finding in found))
        progress.decided = frontier
        found += self._advance(raw, base, progress, final=final)
        held = progress.asked[0].start if progress.asked else progress.cutting.start
        return min(frontier, held), found

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        _, found = self.scan(raw, base, progress, final=False)
        return cast(ModelProgress, progress).decided, found

    def _advance(self, raw: str, base: int, progress: ModelProgress, *, final: bool) -> list[Finding]:
        """Cut and ask as far as possible, take in what is answered."""
        found: list[Finding] = []
        while True:
            is_stuck = not self._cut(raw, base, progress, final=final)
            asked = progress.asked
            if not asked:
                if is_stuck:
                    return found
                continue
            must_wait = (is_stuck and final) or len(asked) >= PENDING_SEGMENTS_MAX
            head = asked[0]
            if head.answer is not None and not must_wait and not head.answer.is_ready():
                return found
            found += self._taken(raw, base, progress)

    def _cut(self, raw: str, base: int, progress: ModelProgress, *, final: bool) -> bool:
        """Ask for the next segments; whether more may be cut once answers are in."""
        while len(progress.asked) < PENDING_SEGMENTS_MAX:
            if progress.asked and progress.asked[-1].cut.forced:
                return False  # where the next one begins depends on what is found in this one
            start = progress.cutting.start
            cut = next_cut(raw, base, progress.cutting, progress.decided, final=final)
            if cut is None:
                return False
            text = raw[start - base : cut.end - base]
            if progress.json_text and "\\" in text:
                text = _read(text)
            answer = self._model.ask(text, progress) if may_hold(text) else None
            progress.asked.append(_Asked(start, cut, answer))
            progress.cutting.start = cut.end
        return True

    def _taken(self, raw: str, base: int, progress: ModelProgress) -> list[Finding]:
        """The findings of the first segment that was asked for."""
        one = progress.asked.popleft()
        if one.answer is None:
            return []
        entities = one.answer.wait()
        spans = [(one.start + entity.start, one.start + entity.end) for entity in entities]
        end = carried(one.cut, one.start, spans, raw, base) if one.cut.forced else one.cut.end
        if one.cut.forced:
            progress.cutting.start = end
        found = []
        for (start, stop), entity in zip(spans, entities, strict=True):
            finding = self._finding(Span(start, stop, entity.entity, RECOGNIZER, entity.score))
            if start < end and finding is not None:
                found.append(finding)
        note(progress.cutting, ((finding.start, finding.end) for finding in found if finding.end > end))
        return found


def _read(text: str) -> str:
    """The inside of a JSON string with its escapes made plain, each as long as it was."""
    out: list[str] = []
    at = 0
    while (slash := text.find("\\", at)) >= 0:
        out.append(text[at:slash])
        follows = text[slash + 1 : slash + 2]
        at = slash + 2
        if follows == "u":
            at = slash + 6
            digits = text[slash + 2 : at]
            try:
                char = chr(int(digits, 16))
            except ValueError:
                char = " "
            out.append((char if char.isprintable() else " ").rjust(2 + len(digits)))
        else:
            out.append(_ESCAPES.get(follows, " " * (1 + len(follows))))
    return "".join([*out, text[at:]])
