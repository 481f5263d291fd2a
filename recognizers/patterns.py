"""Tier 2: a linear-time gate over all patterns, then `re` for those that hit, then checksum, boundary and context.

`find` answers every match that starts in a range of a view, of which the caller knows that it is decided: no match
from there can still grow (`viable.py`). A pattern's own matches do not overlap; after a candidate that fails its
checksum the search goes on one character further, and all its shorter ends are tried first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import re2

from recognizers.alphabet import symbol
from recognizers.checksums import LONGEST_VALID_END, WEAK, Checksum, find, table
from recognizers.context import (
    AFTER,
    LABEL,
    NEAR,
    NO_CONTEXT,
    OTHER_LABEL,
    Context,
    can_follow,
    compile_context,
    has_context,
)
from recognizers.gate import ONE_DIGIT, gate_regex
from recognizers.keywords import Anchors, anchors
from recognizers.normalize import View
from recognizers.recognizer import (
    CONTEXT_BOOST,
    LOOK_AHEAD_CHARS,
    Pattern,
    Recognizer,
    RecognizerError,
    Span,
)
from recognizers.specificity import LABEL_BESIDE, pattern_specificity
from recognizers.syntax import Shape, class_mask, parse

GATE_MEMORY_BYTES = 64 << 20
"""RE2's default of 8 MiB makes a set of 280 patterns fail at compile time, and thrash long before."""


_LETTER = re.compile("[A-Za-z]")
SHORTER_ENDS_MAX = 12
"""Shorter ends of a candidate that are judged after its longest has failed: a bound on the work for one start."""
MATCH_CHARS_UNKNOWN = 1 << 30
LITERAL_CHARS_MIN = 3
"""An anchor this long is a literal that says by itself which kind of value begins here (`ghp_`, `AKIA`)."""
SECRET_CHARS_MIN = 5
"""So many characters behind such a literal are part of a secret already."""


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """A pattern ready to run.

    `refused_after` is the symbol set of what may not follow a match; `can_follow`: context words behind a match count.
    `specificity` falls with the number of texts that the pattern matches.
    """

    pattern: Pattern
    recognizer: Recognizer
    index: int
    name: str
    shape: Shape
    regex: re.Pattern[str]
    group: int
    refused_after: int
    checksum: Checksum | None
    context: Context | None
    can_follow: bool
    specificity: float


def compile_pattern(recognizer: Recognizer, pattern: Pattern, index: int, holdback_chars: int) -> CompiledPattern:
    """Compile one pattern.

    Raises:
        RecognizerError: the pattern leaves the dialect, names an unknown checksum, or its longest match and look-ahead
            do not fit in the hold-back (make it a head with a tail, or bound it).
    """
    name = f"{recognizer.entity}/{pattern.name}"
    try:
        shape = parse(pattern.regex, ignore_case=pattern.ignore_case)
    except RecognizerError as error:
        raise RecognizerError(f"{name}: {error}") from None
    if shape.longest + LOOK_AHEAD_CHARS > holdback_chars:
        raise RecognizerError(
            f"{name}: a match of {shape.longest} characters and {LOOK_AHEAD_CHARS} of look-ahead exceed the hold-back "
            f"of {holdback_chars}; shorten its repeats or declare a head with a Tail"
        )
    checksum = find(pattern.checksum) if pattern.checksum is not None else None
    if pattern.checksum is not None and checksum is None:
        known = ", ".join(sorted(table()))
        raise RecognizerError(f"{name}: unknown checksum {pattern.checksum!r}; known: {known}, stdnum.<module>")
    before = f"(?<![{pattern.not_preceded_by}])" if pattern.not_preceded_by else ""
    after = f"(?![{pattern.not_followed_by}])" if pattern.not_followed_by else ""
    flags = re.ASCII | (re.IGNORECASE if pattern.ignore_case else re.NOFLAG)
    regex = re.compile(f"{before}(?:{pattern.regex}){after}", flags)
    context = compile_context(recognizer.context)
    return CompiledPattern(
        pattern,
        recognizer,
        index,
        name,
        shape,
        regex,
        min(regex.groups, 1),
        class_mask(pattern.not_followed_by),
        checksum,
        context,
        can_follow(context, shape, holdback_chars - LOOK_AHEAD_CHARS),
        pattern_specificity(shape.tree, has_label=bool(regex.groups)),
    )


class PatternSet:
    """All patterns of a set of recognizers behind one gate."""

    def __init__(self, recognizers: Iterable[Recognizer], holdback_chars: int, hints: Iterable[str] = ()) -> None:
        """
        Args:
            recognizers: whose patterns.
            holdback_chars: the ceiling.
            hints: more literals that make `likely` say yes.
        """
        self.patterns: list[CompiledPattern] = []
        for recognizer in recognizers:
            for pattern in recognizer.patterns:
                self.patterns.append(compile_pattern(recognizer, pattern, len(self.patterns), holdback_chars))
        literals: set[str] = set()
        heads: set[str] = set()
        self._unanchored_chars = MATCH_CHARS_UNKNOWN
        for compiled in self.patterns:
            found = anchors(compiled.shape)
            if not found:
                self._unanchored_chars = min(self._unanchored_chars, compiled.shape.shortest)
            literals.update(found)
            if compiled.recognizer.entity.startswith("SECRET_"):
                heads.update(literal for literal in found if len(literal) >= LITERAL_CHARS_MIN)
        self._anchors = Anchors({*literals, *hints})
        self._heads = Anchors(heads)
        self._gate = self._build_gate()

    def _build_gate(self) -> re2.Set:
        options = re2.Options()
        options.max_mem = GATE_MEMORY_BYTES
        options.log_errors = False
        gate = re2.Set.SearchSet(options)
        for compiled in self.patterns:
            gate.Add(gate_regex(compiled.shape.tree))
        gate.Compile()
        return gate

    def anchored(self, chars: str) -> bool:
        """Whether the text holds the beginning of a secret: a literal of its head or label, and some more."""
        return self._heads.found(chars[:-SECRET_CHARS_MIN], 0)

    def likely(self, chars: str, low: int) -> bool:
        """Tier 1: whether a pattern could match from `low` on at all."""
        return len(chars) - low >= self._unanchored_chars or self._anchors.found(chars, low)

    def hits(self, chars: str) -> Sequence[int]:
        """The patterns that match in a text, as far as a gate can tell that takes all digits for the same."""
        return self._gate.Match(chars.translate(ONE_DIGIT)) or ()

    def find(
        self,
        view: View,
        raw: str,
        window: int,
        low: int,
        high: int,
        resume: Mapping[int, int],
        *,
        json_text: bool = False,
    ) -> list[Span]:
        """Every match that starts in `view[low:high]`.

        Args:
            view: a view of `raw[window:]`; matches may read past `high`.
            raw: the raw text, for context words.
            window: offset of the view's text in `raw`.
            low: view offset, first start looked at.
            high: view offset, first start not looked at.
            json_text: the raw text is the inside of a JSON string.
            resume: by pattern index, the offset in the window where the pattern's last match ended.

        Returns:
            Spans in offsets of the window, in no particular order.
        """
        chars = view.chars
        spans: list[Span] = []
        for index in self.hits(chars[low:]):
            at = max(low, view.index(resume[index])) if index in resume else low
            self._run(self.patterns[index], view, raw, window, at, high, spans, json_text)
        return spans

    def _run(
        self,
        compiled: CompiledPattern,
        view: View,
        raw: str,
        window: int,
        at: int,
        high: int,
        spans: list[Span],
        json_text: bool,
    ) -> None:
        chars = view.chars
        search = compiled.regex.search
        while at < high:
            match = search(chars, at)
            if match is None or match.start() >= high:
                return
            at = match.start() + 1
            # Context before checksum: a look at 80 characters is cheaper than a number plan.
            near = _context(compiled, raw, window + view.raw(match.start()), json_text)
            if near < NEAR and compiled.pattern.needs_context and not _may_follow(compiled, chars, match):
                continue
            if near == OTHER_LABEL and compiled.pattern.can_be_other:
                continue
            end = self._valid_end(compiled, chars, match)
            if end is None:
                continue
            if near < NEAR and compiled.can_follow:
                near = _following(compiled, chars, end)
                if near == NO_CONTEXT and compiled.pattern.needs_context:
                    continue
            span = _span(compiled, view, match, end, near)
            spans.append(span)
            at = max(at, view.index(span.end))

    def _valid_end(self, compiled: CompiledPattern, chars: str, match: re.Match[str]) -> int | None:
        start, end = match.span()
        checksum = compiled.checksum
        if checksum is None:
            return end
        one_pass = LONGEST_VALID_END.get(compiled.pattern.checksum or "")
        if one_pass is not None:
            stop = one_pass(chars, start, end)
            if stop is None or stop == end or compiled.regex.fullmatch(chars, start, stop):
                return stop
        if checksum(chars[start:end]):
            return end
        tries = SHORTER_ENDS_MAX
        for stop in range(end - 1, start + compiled.shape.shortest - 1, -1):
            if compiled.refused_after >> symbol(chars[stop]) & 1 or not compiled.regex.fullmatch(chars, start, stop):
                continue
            if checksum(chars[start:stop]):
                return stop
            tries -= 1
            if not tries:
                break
        return None


def _context(compiled: CompiledPattern, raw: str, start: int, json_text: bool) -> int:
    """How well the words before a match at raw offset `start` fit."""
    pattern = compiled.pattern
    if not pattern.can_be_other and (compiled.context is None or (pattern.score >= 1.0 and not pattern.needs_context)):
        return NO_CONTEXT
    return has_context(compiled.context, raw, start, json_text=json_text)


def _may_follow(compiled: CompiledPattern, chars: str, match: re.Match[str]) -> bool:
    """Whether a context word stands behind the match or one of its shorter ends: cheap, before a check is made."""
    if not compiled.can_follow or compiled.context is None or compiled.context.after is None:
        return False
    low, high = match.start() + compiled.shape.shortest, match.end() + AFTER.longest
    return _LETTER.search(chars, low, high) is not None and compiled.context.after.search(chars, low, high) is not None


def _following(compiled: CompiledPattern, chars: str, end: int) -> int:
    """How well the words behind a match fit."""
    after = compiled.context.after if compiled.context else None
    return LABEL if after is not None and after.match(chars, end) else NO_CONTEXT


def _span(compiled: CompiledPattern, view: View, match: re.Match[str], end: int, near: int) -> Span:
    """The match as a span in offsets of the window."""
    pattern = compiled.pattern
    start = match.start()
    if compiled.group and match.start(1) >= 0 and end == match.end():
        start, end = match.span(1)
    return Span(
        view.raw(start),
        view.raw(end),
        compiled.recognizer.entity,
        compiled.name,
        pattern.score if near < NEAR else min(1.0, pattern.score + CONTEXT_BOOST),
        validated=compiled.checksum is not None and pattern.checksum not in WEAK,
        tail=pattern.tail,
        specificity=compiled.specificity + (LABEL_BESIDE if near == LABEL else 0.0),
    )
