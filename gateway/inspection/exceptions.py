"""Literal exceptions of a policy: what is found inside one of its terms passes.

A term is a pattern like any other, so that its text is held until it is decided: whether an exception applies never
depends on how the text came. It counts only as it is written (or in either case, when the policy says so): what is
hidden in escapes, other letters that look alike or another spacing is no exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.inspection.inspector import Inspector
from gateway.inspection.operators import Operator
from gateway.stream.components import EVERY_ENTITY
from gateway.verdict import Action, Direction, Finding
from policies.policy import AllowTerm, Policy
from recognizers.custom import literal
from recognizers.pipeline import Pipeline
from recognizers.progress import Progress
from recognizers.recognizer import Pattern, Recognizer, Span

Today = Callable[[], date]
TERM = "ALLOW_TERM"


def never() -> date:
    """A day on which no exception holds any more."""
    return date.max


class Exceptions:
    """Finds the terms of a policy; immutable, shared by all channels."""

    def __init__(self, policy: Policy, today: Today) -> None:
        """
        Args:
            policy: with at least one term.
            today: the day, in UTC.

        Raises:
            RecognizerError: a term cannot be looked for.
        """
        self._terms = {f"{TERM}/{number}": term for number, term in enumerate(policy.allow_terms)}
        patterns = tuple(
            Pattern(name=str(number), regex=literal(term.term), score=1.0, ignore_case=term.ignore_case)
            for number, term in enumerate(policy.allow_terms)
        )
        one = Recognizer(TERM, "exceptions of the policy", "policy", patterns)
        self._pipeline = Pipeline([one], holdback_chars=policy.holdback_chars, spellings=frozenset())
        self._today = today

    def scan(self, raw: str, base: int, progress: Progress, *, final: bool) -> tuple[int, list[Finding]]:
        """The frontier, and the exceptions that apply; as `Inspector.scan`."""
        frontier, spans = self._pipeline.scan(raw, base, progress, final=final)
        return frontier, [finding for span in spans for finding in self._findings(span, raw, base)] if spans else []

    def _findings(self, span: Span, raw: str, base: int) -> list[Finding]:
        term = self._terms[span.recognizer]
        if not _is_written(term, raw[span.start - base : span.end - base]) or term.expires < self._today():
            return []
        name = f"exception {term.place}"
        entities = sorted(term.entities) or [EVERY_ENTITY]
        return [Finding(span.start, span.end, entity, name, 1.0, Action.ALLOW) for entity in entities]


def _is_written(term: AllowTerm, text: str) -> bool:
    return text == term.term or (term.ignore_case and text.casefold() == term.term.casefold())


@dataclass(slots=True)
class _Both(Progress):
    """How far values and terms have been looked for."""

    terms: Progress = field(default_factory=Progress)


class Excusing(Inspector):
    """An inspector with exceptions."""

    def __init__(
        self,
        pipeline: Pipeline,
        policy: Policy,
        direction: Direction,
        operators: Mapping[Action, Operator],
        exceptions: Exceptions,
    ) -> None:
        super().__init__(pipeline, policy, direction, operators)
        self._exceptions = exceptions

    def start(self, *, json_text: bool) -> Progress:
        return _Both(json_text=json_text, terms=Progress(json_text=json_text))

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        assert isinstance(progress, _Both)  # noqa: S101 - made by `start`
        frontier, found = super().scan(raw, base, progress, final=final)
        decided, terms = self._exceptions.scan(raw, base, progress.terms, final=final)
        return min(frontier, decided), [*found, *terms]
