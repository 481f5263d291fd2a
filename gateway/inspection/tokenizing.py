"""Values of a request become tokens; tokens that stand in it already stay as they are.

Everything is at hand in a request, so a value is tokenized over its whole range: with the tail of a long one, over the
seam of two text parts, decoded where it is written in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from gateway.stream.scanner import Around, Scanner, SlowAnswers, WholeValues, live_from
from gateway.vault.shapes import SHAPE_CHARS_MAX, own_shapes
from gateway.vault.tokenizer import KEPT_ENTITY, Tokenizer
from gateway.verdict import Action, Finding

BY_SHAPE = "token/by its shape"


@dataclass(slots=True)
class _Progress:
    inner: object
    decided: int = 0


class Tokenizing(Around, WholeValues, SlowAnswers):
    """Implements `gateway.stream.scanner.Scanner` for one request."""

    def __init__(self, inspector: Scanner, tokenizer: Tokenizer) -> None:
        super().__init__(inspector)
        self._tokenizer = tokenizer

    def start(self, *, json_text: bool) -> _Progress:
        return _Progress(self._inner.start(json_text=json_text))

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        own = cast(_Progress, progress)
        return self._with_tokens(self._inner.scan(raw, base, own.inner, final=final), raw, base, own, final=final)

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        own = cast(_Progress, progress)
        return self._with_tokens(live_from(self._inner, raw, base, own.inner), raw, base, own, final=False)

    def _with_tokens(
        self, answer: tuple[int, list[Finding]], raw: str, base: int, own: _Progress, *, final: bool
    ) -> tuple[int, list[Finding]]:
        """What the inspector says, and where tokens stand."""
        frontier, found = answer
        low = max(own.decided - base, 0)
        # Nobody waits for a piece of a request's text: what could still become a token is held.
        high = len(raw) if final else max(len(raw) - SHAPE_CHARS_MAX, low)
        for start, end in own_shapes(raw, low):
            if start >= high:
                break
            found.append(Finding(base + start, base + end, KEPT_ENTITY, BY_SHAPE, 1.0, Action.KEEP, exclusive=True))
            high = max(high, end)
        own.decided = base + high
        return min(frontier, own.decided), found

    def replacement(self, finding: Finding, text: str) -> str:
        if finding.action is Action.KEEP:
            self._tokenizer.keep(text)
            return text
        if finding.action is not Action.TOKENIZE:
            return self._inner.replacement(finding, text)
        if self._tokenizer.is_own(text):
            self._tokenizer.keep(text)
            return text
        return self._tokenizer.token(finding.entity, text)
