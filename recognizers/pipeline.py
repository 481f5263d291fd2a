"""Runs the tiers over a buffer of one channel: which matches are decided, and from where on nothing is.

The frontier is the rule that the product stands on. In each view the reverse automaton gives the leftmost start that
could still become a match; starts before it are decided for ever and are looked at exactly once. The frontier is the
smallest of the views' answers, in raw characters. Nothing here depends on how the text came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from recognizers.context import AFTER
from recognizers.decodings import BASE64_RUN, BASE64_RUN_CHARS_MIN, DIGIT_WORD_PAIRS, DIGIT_WORDS_PREFIX
from recognizers.keywords import Anchors
from recognizers.normalize import (
    ALL_SPELLINGS,
    PLAIN_VIEWS,
    SPELLING_OF,
    VIEWS,
    Spelling,
    View,
    even_from,
    fold_view,
    hidden_views,
    read,
)
from recognizers.patterns import CompiledPattern, PatternSet
from recognizers.progress import Progress, settle_ends
from recognizers.recognizer import HOLDBACK_CHARS, Recognizer, RecognizerError, Span, Tail
from recognizers.syntax import parse
from recognizers.tails import CompiledTail
from recognizers.viable import ViableStarts

UNIT_CHARS_MAX = 160
"""Raw characters left of what is new in which the character before it begins, however it is written and whatever run
without width stands between: a view that is made from there on is right where it is read."""
BEFORE_CHARS = 1
"""What a pattern may ask of the text before a match (`not_preceded_by`)."""
ESCAPE_CHARS_MAX = 48
"""The longest way to write one character."""
BASE64_RUN_HELD_CHARS = 64
HELD_CHARS_LONG = 48
"""A held text this long may be a run of base64 that is about to be let go."""
_ESCAPE_SIGNS = re.compile(r"[%&\\=]").search
_NOTHING: list[Span] = []
CUT_OFF_DIGITS = 5
"""A text that was cut off may end in fewer digits than this in the open."""

WARM_UP = (
    "The quick brown fox, jumps over 13 lazy dogs. Call me (or write: a.b@c.example)! It's 12:30 on 2024-05-17; "
    "pay $1,299.00 to DE89 3704 0044 0532 0130 00 or 4111 1111 1111 1111? See https://example.org/a_b?c=d%20e#f "
)


class Pipeline:
    """The tiers for one set of recognizers; immutable after construction, shared by all streams.

    Raises:
        RecognizerError: a definition cannot be used.
    """

    def __init__(
        self,
        recognizers: Iterable[Recognizer],
        *,
        holdback_chars: int = HOLDBACK_CHARS,
        spellings: frozenset[Spelling] = ALL_SPELLINGS,
    ) -> None:
        self.recognizers = tuple(recognizers)
        self._spellings = spellings
        hints = DIGIT_WORD_PAIRS if Spelling.DIGIT_WORDS in spellings else ()
        self._patterns = PatternSet(self.recognizers, holdback_chars, hints)
        self._digit_words = Anchors(hints)
        self._by_name: dict[str, int] = {}
        for compiled in self._patterns.patterns:
            if self._by_name.setdefault(compiled.name, compiled.index) != compiled.index:
                raise RecognizerError(f"{compiled.name}: two patterns have this name")
        shapes = [(p.shape, p.pattern.not_preceded_by) for p in self._patterns.patterns]
        followed = [p.shape for p in self._patterns.patterns if p.can_follow]
        tails = {p.pattern.tail for p in self._patterns.patterns if p.pattern.tail}
        shapes += [(parse(tail.closing), "") for tail in tails if tail.closing]
        # What may become a hidden spelling is held as long as it may: runs for base64 (which the email pattern holds
        # anyway), and the first words of a run of digit words.
        shapes.append((parse(f"[A-Za-z0-9]{{{BASE64_RUN_HELD_CHARS}}}"), ""))
        shapes.append((parse(DIGIT_WORDS_PREFIX), ""))
        self._viable = ViableStarts(shapes, followed, AFTER)
        self._tails = {tail: CompiledTail(tail) for tail in tails}
        self.warm_up()

    @property
    def patterns(self) -> Sequence[CompiledPattern]:
        """All patterns, compiled."""
        return self._patterns.patterns

    def warm_up(self) -> None:
        """Build the states that ordinary text needs, so that no first delta waits for them."""
        for end in range(1, len(WARM_UP) + 1):
            self._viable.leftmost(WARM_UP, 0, end)
        self.scan(WARM_UP, 0, Progress(), final=True)

    def scan(self, raw: str, base: int, progress: Progress, *, final: bool) -> tuple[int, list[Span]]:
        """Look at what is new in a buffer.

        Args:
            raw: the buffer: left context, then everything that is not released.
            base: offset of `raw[0]` in the channel's text.
            progress: of this channel; moved on.
            final: no more text comes, every start is decided.

        Returns:
            The frontier and the new matches (all start before it or at it in their own view), both in offsets of the
            channel's text. Matches come in no particular order, and one value may be found in both views.
        """
        if progress.is_even and not final and not progress.ends:
            # The usual delta: all views are the raw text itself, or its characters folded one by one.
            low = progress.frontier - base
            origin, chars = (0, raw) if raw.isascii() else even_from(raw, low - BEFORE_CHARS)
            if chars is not None:
                high = origin + self._viable.leftmost(chars, low - origin, len(chars))
                if high == low:
                    return progress.frontier, _NOTHING
                likely = self._patterns.likely(chars, low - origin)
                if not _may_hide(raw, low, high) and not (likely and self._digit_words.found(raw, low)):
                    progress.frontier = base + high
                    progress.place = (progress.place + high - low) % 4
                    spans: list[Span] = []
                    if likely:
                        progress.scanned[:] = [progress.frontier] * VIEWS
                        view = View(chars, None, len(chars))
                        self._collect(0, view, raw, base, origin, low - origin, high - origin, progress, spans)
                        if progress.ends:
                            settle_ends(progress, frozenset())
                    return progress.frontier, spans
        return self._scan_views(raw, base, progress, final=final)

    def may_match(self, chars: str) -> bool:
        """Whether one of the patterns matches in these characters of a view, all that makes a match void aside."""
        return bool(self._patterns.hits(chars))

    def find_all(self, text: str) -> list[Span]:
        """Every match in a whole text, overlapping ones too, heads without their tails."""
        return list(dict.fromkeys(self.scan(text, 0, Progress(), final=True)[1]))

    def _scan_views(self, raw: str, base: int, progress: Progress, *, final: bool) -> tuple[int, list[Span]]:
        scanned = progress.scanned
        if progress.is_even:
            scanned[:] = [progress.frontier] * VIEWS
        window = max(0, min(scanned) - base - UNIT_CHARS_MAX)
        text = read(raw[window:], json_text=progress.json_text, final=final)
        spans: list[Span] = []
        origin, before = base + window, scanned[0]
        place = (progress.place - text.index(progress.frontier - origin)) % 4
        scanned[0] = origin + self._advance(0, fold_view(text), raw, base, window, progress, spans, final=final)
        # Runs are let go in one piece, or are longer than what is held; or one of their views still has some to decide.
        long_run = (
            scanned[0] - before >= BASE64_RUN_CHARS_MIN
            or base + len(raw) - scanned[0] >= HELD_CHARS_LONG
            or min(scanned) < before
        )
        spellings = self._spellings if long_run else self._spellings - {Spelling.BASE64}
        seen = hidden_views(text, place, spellings, final=final)
        for number, view in seen:
            scanned[number] = origin + self._advance(number, view, raw, base, window, progress, spans, final=final)
        # A view that is not there is the folded one.
        there = {number for number, _ in seen}
        for number in range(1, VIEWS):
            if number not in there:
                scanned[number] = scanned[0]
        if progress.ends:
            settle_ends(progress, there)
        progress.frontier = min(scanned)
        progress.place = (place + text.index(progress.frontier - origin)) % 4
        progress.is_even = max(scanned) == progress.frontier
        return progress.frontier, spans

    def _advance(
        self,
        number: int,
        view: View,
        raw: str,
        base: int,
        window: int,
        progress: Progress,
        spans: list[Span],
        *,
        final: bool,
    ) -> int:
        """Look at one view of `raw[window:]`; the offset in the window up to which all is decided."""
        low = view.index(progress.scanned[number] - base - window)
        high = len(view.chars) if final else self._viable.leftmost(view.chars, low, len(view.chars))
        if high > low and self._patterns.likely(view.chars, low):
            self._collect(number, view, raw, base, window, low, high, progress, spans)
        return view.raw(high)

    def _collect(
        self,
        number: int,
        view: View,
        raw: str,
        base: int,
        window: int,
        low: int,
        high: int,
        progress: Progress,
        spans: list[Span],
    ) -> None:
        """Add the matches that start in `view[low:high]`; remember where those end that reach further."""
        origin = base + window
        ends = progress.ends
        resume = {p: end - origin for (in_view, p), end in ends.items() if in_view == number} if ends else {}
        limit = view.raw(high)
        found = self._patterns.find(view, raw, window, low, high, resume, json_text=progress.json_text)
        for span in found:
            if span.end > limit:
                ends[number, self._by_name[span.recognizer]] = origin + span.end
            spans.append(_moved(span, origin, number))
            if span.tail is not None and number == 0:
                # The tail may be written otherwise than the head: it is followed in all views that keep plain text.
                spans += [_moved(span, origin, other) for other in PLAIN_VIEWS]

    def tail_end(
        self,
        tail: Tail,
        view: int,
        raw: str,
        base: int,
        progress: Progress,
        *,
        start: int,
        limit: int,
        swallowed: int,
        final: bool,
    ) -> tuple[int, bool]:
        """How far a tail reaches.

        Args:
            tail: whose.
            view: number of the view in which its head was found.
            raw, base, progress, final: as for `scan`.
            start: where the tail goes on, in offsets of the channel's text like `limit` and the answer.
            limit: up to where the text is decided.
            swallowed: characters that the tail has had already.

        Returns:
            Where it ends (past `limit` only with its closing), and whether it goes on past `limit`.
        """
        window = max(0, start - base - UNIT_CHARS_MAX)
        origin = base + window
        text = read(raw[window:], json_text=progress.json_text, final=final)
        spellings = self._spellings & {SPELLING_OF[view]} if view else frozenset()
        place = (progress.place - text.index(progress.frontier - origin)) % 4
        seen = dict(hidden_views(text, place, spellings, final=final))
        found = seen.get(view) or fold_view(text)
        end, is_open = self._tails[tail].end(found, start - origin, limit - origin, swallowed)
        return origin + end, is_open

    def cut_off(self, raw: str) -> bool:
        """Whether an undecided end of a text that was cut off could be the better part of a value: an `@`, five
        digits, or the head or label of a secret and some more."""
        text = read(raw, final=True)
        seen = [fold_view(text), *(view for _, view in hidden_views(text, 0, self._spellings, final=True))]
        return any(
            "@" in view.chars
            or sum(c.isdigit() for c in view.chars) >= CUT_OFF_DIGITS
            or self._patterns.anchored(view.chars)
            for view in seen
        )


def _may_hide(raw: str, low: int, high: int) -> bool:
    """Whether an escape stands in what is new or just before it, or a run of base64 is let go."""
    left = low - ESCAPE_CHARS_MAX if low > ESCAPE_CHARS_MAX else 0
    return _ESCAPE_SIGNS(raw, left) is not None or (
        (high - low >= BASE64_RUN_CHARS_MIN or len(raw) - high >= HELD_CHARS_LONG)
        and BASE64_RUN.search(raw, left) is not None
    )


def _moved(span: Span, base: int, view: int) -> Span:
    return replace(span, start=span.start + base, end=span.end + base, view=view)
