"""What is planted, and how it is recognised on the other side.

The values are the catalogue's own examples, whole sentences with the value between guillemets, so that context words
stand where they must. A value counts as leaked when five characters of its core (letters and digits, without
separators, case or width) come out in a row that do not stand in the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from gateway.verify.readings import RUN_CHARS, core, readings
from gateway.verify.tokens import telling
from recognizers.pipeline import Pipeline
from recognizers.progress import Progress
from recognizers.recognizer import Recognizer, Span

BEFORE = "Here is what you asked for, word by word.\n"
AFTER = "\n; that was all of it, thank you."
# A semicolon ends whatever swallows to its terminator; what stands on the near side of these two is nobody's value.
KEPT_BEFORE, KEPT_AFTER = "Here is what you asked for", "that was all of it, thank you."
SKELETON = "verify chatcmpl-verify chat.completion.chunk 1700000000 assistant stop tool_calls note case"

_VALUE = re.compile("«(.*?)»", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Planted:
    """One example of an entity: its text, where its values stand in it, and what would betray them."""

    entity: str
    text: str = field(repr=False)
    spans: tuple[tuple[int, int], ...]
    runs: frozenset[str] = field(repr=False)
    hidden: frozenset[str] = field(repr=False)
    """What would betray a value in a request, of which a token may keep some."""
    around: tuple[str, ...] = field(repr=False)
    """The framed text without its values, and with placeholders in their place: what may come through."""

    @property
    def values(self) -> list[str]:
        """The values, as they stand in the text."""
        return [self.text[start:end] for start, end in self.spans]

    @property
    def framed(self) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The text between two clean sentences, and where its values stand there."""
        at = len(BEFORE)
        return BEFORE + self.text + AFTER, tuple((start + at, end + at) for start, end in self.spans)

    @property
    def number(self) -> str | None:
        """The value as a JSON number, when it is one: digits only, and enough of them to identify somebody."""
        value = self.values[0]
        is_number = value.isascii() and value.isdigit() and len(value) >= 7 and value[0] != "0"
        return value if is_number and len(self.spans) == 1 else None

    @property
    def number_key(self) -> str:
        """A field's name that says of the number what the example says before it."""
        return re.sub(r"\W+", "_", self.text[: self.spans[0][0]]).strip("_")[-40:] or "number"

    def leaks(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts holds enough of a value."""
        seen = readings(texts)
        return any(run in seen for run in self.runs)

    def reached(self, texts: Iterable[str], *, around: Iterable[str]) -> bool:
        """Whether a provider that sees these texts sees enough of a value; what stands `around` it too is no leak, and
        neither is what a token keeps."""
        seen = readings(texts)
        runs = [run for run in self.hidden if run in seen]
        return bool(runs) and not all(run in readings(around) for run in runs)

    def leaks_whole(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts holds a whole value."""
        seen = readings(texts)
        return any(core(value) in seen for value in self.values)


def planted(recognizer: Recognizer) -> list[Planted]:
    """What a recognizer's examples give, in their order."""
    return [one for example in recognizer.examples if (one := _planted(recognizer.entity, example)) is not None]


def score(recognizer: Recognizer, example: Planted) -> float:
    """How sure a gateway must be of an example's values: asked only when one came through whole, to tell a policy's
    threshold from a leak. What our own catalogue cannot find either is a leak (1.0)."""
    _, spans = Pipeline([recognizer]).scan(example.text, 0, Progress(), final=True)
    return min((_best(spans, start, end) for start, end in example.spans), default=1.0)


def _best(spans: Iterable[Span], start: int, end: int) -> float:
    return max((span.score for span in spans if span.start < end and span.end > start), default=1.0)


def choose(examples: list[Planted], most: int) -> list[Planted]:
    """At most so many: the first one, the longest (which tests the hold-back hardest), one with characters of several
    bytes, then in order."""
    if len(examples) <= most:
        return examples
    longest = max(examples, key=lambda one: max(end - start for start, end in one.spans))
    wide = [one for one in examples if not all(value.isascii() for value in one.values)]
    wanted = dict.fromkeys(id(one) for one in (examples[0], longest, *wide[:1], *examples))
    by_id = {id(one): one for one in examples}
    return [by_id[one] for one in wanted][:most]


def representatives(firsts: list[Planted], most: int) -> list[Planted]:
    """So many that look as different as can be: of each shape of value the first one, then the rest in order."""
    by_shape: dict[tuple[bool, ...], Planted] = {}
    for one in firsts:
        value = one.values[0]
        has_letters = any(map(str.isalpha, value))
        shape = ("@" in value, value.isdigit(), value.isascii(), len(value) > 30, " " in value, has_letters)
        by_shape.setdefault(shape, one)
    chosen = list(by_shape.values())[:most]
    return [*chosen, *(one for one in firsts if one not in chosen)][:most]


def _planted(entity: str, example: str) -> Planted | None:
    text, spans, rest = "", [], 0
    for match in _VALUE.finditer(example):
        text += example[rest : match.start()]
        spans.append((len(text), len(text) + len(match.group(1))))
        text += match.group(1)
        rest = match.end()
    text += example[rest:]
    if not spans:
        return None
    around = tuple(f"{BEFORE}{_VALUE.sub(shown, example)}{AFTER}" for shown in ("", f"[{entity}]"))
    values, known = [text[start:end] for start, end in spans], "\n".join(map(core, [*around, SKELETON]))
    runs = _runs(values, known)
    hidden = {run for value in values for run in telling(entity, value) or _runs([value], known) if run not in known}
    return Planted(entity, text, tuple(spans), runs, frozenset(hidden), around) if runs else None


def _runs(values: Collection[str], around: str) -> frozenset[str]:
    found: set[str] = set()
    for value in values:
        for form in {core(value), core(unquote(value))}:
            size = min(RUN_CHARS, len(form))
            found.update(form[at : at + size] for at in range(len(form) - size + 1))
    return frozenset(run for run in found if run and run not in around)
