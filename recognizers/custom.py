"""Recognizers that users bring: plain words in, `Recognizer` out, with the refusals that built-in ones do not need."""

from __future__ import annotations

import re
from collections.abc import Iterable

from recognizers.normalize import folded
from recognizers.recognizer import Pattern, Recognizer, RecognizerError
from recognizers.syntax import parse

DENY_LIST_CHARS_MAX = 1500
"""Characters of deny-list terms in one pattern; longer lists are spread over several."""
TERM_CHARS_MAX = 90
_CATCH_ALL_SYMBOLS = 60


def custom_recognizer(
    name: str,
    entity: str,
    patterns: Iterable[tuple[str, str, float, str]],
    *,
    context: tuple[str, ...] = (),
    deny_list: tuple[str, ...] = (),
    deny_list_score: float = 1.0,
    checksum: str = "",
    ignore_case: bool = True,
    examples: tuple[str, ...] = (),
    non_examples: tuple[str, ...] = (),
) -> Recognizer:
    """A recognizer from a policy.

    Args:
        name: for people.
        entity: UPPER_SNAKE.
        patterns: name, regex, score, and the place to name in a complaint; the regex says its own boundaries.
        context, deny_list, deny_list_score, checksum, ignore_case, examples, non_examples: as in
            `policies.policy.CustomRecognizer`.

    Raises:
        RecognizerError: a pattern leaves the dialect (unbounded, look-around, back-reference), or matches anything.
    """
    made = []
    for number, (label, regex, score, place) in enumerate(patterns):
        try:
            shape = parse(regex, ignore_case=ignore_case)
        except RecognizerError as error:
            raise RecognizerError(f"{place}: {error}") from None
        if all(mask.bit_count() > _CATCH_ALL_SYMBOLS for mask in shape.masks):
            raise RecognizerError(f"{place}: pattern {regex!r} matches almost anything")
        made.append(
            Pattern(
                name=f"{name}/{label}/{number}",
                regex=regex,
                score=score,
                checksum=checksum or None,
                not_preceded_by="",
                not_followed_by="",
                ignore_case=ignore_case,
            )
        )
    made += [
        Pattern(name=f"{name}/deny list/{number}", regex=regex, score=deny_list_score, ignore_case=True)
        for number, regex in enumerate(_deny_list(deny_list))
    ]
    return Recognizer(entity, name, "policy", tuple(made), context, examples, non_examples)


def _deny_list(terms: tuple[str, ...]) -> list[str]:
    """Alternations of literals, the longest first, so that a term does not hide a longer one."""
    for term in terms:
        if not term or len(term) > TERM_CHARS_MAX:
            raise RecognizerError(f"a deny-list term has 1 to {TERM_CHARS_MAX} characters")
    groups: list[list[str]] = []
    size = 0
    for term in sorted(terms, key=len, reverse=True):
        if not groups or size + len(term) > DENY_LIST_CHARS_MAX:
            groups.append([])
            size = 0
        groups[-1].append(literal(term))
        size += len(term)
    return ["|".join(group) for group in groups]


def literal(term: str) -> str:
    """A literal as a pattern."""
    return "".join(_escaped(char) for char in term)


def _escaped(char: str) -> str:
    """A character as patterns see it: in the folded view."""
    seen = folded(char)
    return re.escape(seen) if seen.isascii() else seen
