"""What a recognizer is: value objects, no behaviour, no engine.

A recognizer file holds `RECOGNIZER = Recognizer(...)` (or `RECOGNIZERS = (...)`): patterns in a bounded regular
dialect (see `syntax.py`), a checksum by name, context words, its own examples and the source of the format.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HOLDBACK_CHARS = 96
"""Characters of the normalised view that a channel may hold at most; the ceiling, not the delay."""

LOOK_AHEAD_CHARS = 1
"""Every pattern sees one character after its match, to know where the match ends."""

CONTEXT_WINDOW_CHARS = 80
"""Raw characters before a match in which its context words count."""

CONTEXT_BOOST = 0.45
"""What a context word adds to a pattern's score (Presidio adds 0.35 and floors at 0.4)."""

WORD_CHARS = "A-Za-z0-9ø"
"""Class body of what makes a match part of a longer word. `ø` stands for any letter of a spaced script that has no
Latin base letter (see `normalize.py`)."""


class RecognizerError(Exception):
    """A definition that cannot be used: unbounded, unreadable, twice there. Its text names the place and the cure and
    never holds scanned text."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows a confirmed head and is always swallowed with it, however long, so that the head can leave the
    hold-back at once (law 3).

    Args:
        chars: class body, as between `[` and `]`, of the characters that belong to the tail.
        cap: characters after the head at most; what comes after the cap is scanned as new text.
        closing: bounded pattern that ends the tail when it stands inside it (PEM's END line); `""` for none.
    """

    chars: str
    cap: int
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of an entity.

    Args:
        name: short, unique in its recognizer.
        regex: in the dialect of `syntax.py`; a capture group narrows what is redacted.
        score: confidence from 0 to 1 before context.
        checksum: a name in `checksums.CHECKSUMS`; a candidate that fails it is no match.
        needs_context: no match without a context word.
        not_preceded_by: class body of characters that may not stand directly before the match.
        not_followed_by: the same for directly after.
        ignore_case: letters match either case.
        tail: makes the pattern a *head*.
        can_be_other: no match directly after the label of something else (`version`, `section`, `ISBN` ...); patterns
            that need context never match there.
    """

    name: str
    regex: str
    score: float
    checksum: str | None = None
    needs_context: bool = False
    not_preceded_by: str = WORD_CHARS
    not_followed_by: str = WORD_CHARS
    ignore_case: bool = False
    tail: Tail | None = None
    can_be_other: bool = False


@dataclass(frozen=True, slots=True)
class Recognizer:
    """All forms of one entity.

    Args:
        entity: UPPER_SNAKE; Presidio's name where it has one.
        summary: one line for the reference page.
        source: the law, standard or issuer that defines the format.
        patterns: at least one.
        context: whole words or phrases, lower case, that raise the score when they stand before the match.
        examples: texts with the value between guillemets, `call «415-555-0132»`; each must be found, exactly.
        non_examples: texts in which nothing of this entity may be found.
    """

    entity: str
    summary: str
    source: str
    patterns: tuple[Pattern, ...]
    context: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    non_examples: tuple[str, ...] = ()


def marked(example: str) -> tuple[str, set[tuple[int, int]]]:
    """An example without its guillemets, and the spans that they mark."""
    text, spans = "", set()
    for place, part in enumerate(example.replace("»", "«").split("«")):
        if place % 2:
            spans.add((len(text), len(text) + len(part)))
        text += part
    return text, spans


@dataclass(frozen=True, slots=True)
class Span:
    """A match: offsets in code points of the raw text, `end` exclusive. Holds no text.

    `validated` says that a checksum or structural check agreed, and not one of those that agree with almost anything.
    `specificity` is high for a pattern that few texts match, and above all others for one with its label. `tail` and
    `view` are set when the match is the head of a longer one: which tail to swallow, in which view.
    """

    start: int
    end: int
    entity: str
    recognizer: str
    score: float
    validated: bool = False
    tail: Tail | None = field(default=None, compare=False)
    view: int = field(default=0, compare=False)
    specificity: float = field(default=0.0, compare=False)
