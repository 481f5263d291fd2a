"""Finds the tokens of one request in a text, as models spell them.

A token's *core* is its letters and digits in one case (and the `@` of an address); between them stand *gaps* of
separators. A spelling is tolerated when its core is the same and each gap has at most `GAP_CHARS` separators more or
fewer than the token's own: case, spaces, dashes, line breaks, Markdown emphasis and escapes are all of that kind.

Laws kept here:
1. A start is decided once: it begins no token, or one that stands complete between its edges. What is held is a proper
   prefix of a real token in a tolerated spelling, or a whole one whose right edge has not come yet.
2. Edges: a token that is part of a longer word, number or address is not that token.
3. The answer depends on the text alone: the frontier and the matches are the same for every cut.

An index is a sorted list of cores: to build it is to sort, a prefix is a range in it, so that five thousand tokens
cost a stream no more than five.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from recognizers.normalize import View, fold_view, folded, read
from recognizers.pipeline import UNIT_CHARS_MAX
from recognizers.recognizer import HOLDBACK_CHARS

GAP_CHARS = 3
"""Separators added or lost in one gap."""
SEPARATORS = frozenset(" \t\n\r\v\f-_.*~`\\/:|()+,>#")
"""What models put into tokens: white space, dashes, emphasis, escapes, list and quote marks."""
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_HIGHEST = "\U0010ffff"
_NO_SEPARATORS = dict.fromkeys(map(ord, SEPARATORS))
_LOCAL_MARKS = frozenset("._%+&'-")
"""Characters that join a word to the local part of an address."""

Payload = TypeVar("Payload")


class Edge(Enum):
    """What may not stand next to a token: letters, digits and `@`; for an address, more of an address too."""

    WORD = "word"
    ADDRESS = "address"


class Match(NamedTuple, Generic[Payload]):
    """A token in a text; offsets are code points of the raw text, `end` exclusive."""

    start: int
    end: int
    payload: Payload


class _State(Enum):
    DEAD = "no token begins here"
    LIVE = "the text ends before it is decided"
    WHOLE = "a token stands here"


def core_of(text: str) -> str:
    """Letters and digits in one case, and `@`: what makes two spellings the same token."""
    return folded(text).translate(_NO_SEPARATORS).lower()


def _gaps(token: str) -> tuple[int, ...]:
    """The separators before each character of the core."""
    gaps: list[int] = []
    gap = 0
    for char in folded(token):
        gap += 1
        if char not in SEPARATORS:
            gaps.append(gap - 1)
            gap = 0
    return tuple(gaps)


def _edge(core: str) -> Edge:
    return Edge.ADDRESS if "@" in core else Edge.WORD


class TokenIndex(Generic[Payload]):
    """The tokens of one request; immutable after construction.

    Args:
        tokens: each with what it stands for. Of tokens with the same core the first one counts.
        holdback_chars: a spelling longer than this is none.
    """

    def __init__(self, tokens: Iterable[tuple[str, Payload]], *, holdback_chars: int = HOLDBACK_CHARS) -> None:
        by_core: dict[str, tuple[str, Payload]] = {}
        for token, payload in tokens:
            by_core.setdefault(core_of(token), (token, payload))
        by_core.pop("", None)
        self._cores = sorted(by_core)
        self._tokens = [by_core[core] for core in self._cores]
        self._gaps: dict[int, tuple[int, ...]] = {}
        self._chars_max = holdback_chars
        self.firsts = "".join(sorted({letter for core in self._cores for letter in (core[0], core[0].upper())}))
        """The characters that a token may begin with."""
        self._starts = starts_of(self.firsts) if self.firsts else None

    def __len__(self) -> int:
        return len(self._cores)

    def get(self, text: str) -> Payload | None:
        """What a text stands for that is a token as a whole, in any spelling of its core."""
        core = core_of(
            _ESCAPE.sub(lambda escape: _percent(escape[0], 0)[0] or escape[0], text) if "%" in text else text
        )
        place = bisect_left(self._cores, core)
        return self._tokens[place][1] if self._cores[place : place + 1] == [core] else None

    def find_all(self, text: str) -> list[Match[Payload]]:
        """Every token in a whole text."""
        return self.scan(text, 0, 0, final=True)[1]

    def scan(
        self, raw: str, base: int, frontier: int, *, json_text: bool = False, final: bool = False
    ) -> tuple[int, list[Match[Payload]]]:
        """Look at what is new in a buffer.

        Args:
            raw: the buffer: left context, then everything that is not decided.
            base: offset of `raw[0]` in the channel's text.
            frontier: the last answer's, 0 at first: starts before it are decided.
            json_text: the text is the inside of a JSON string, escapes and all.
            final: no more text comes.

        Returns:
            The frontier and the new matches, in offsets of the channel's text.
        """
        if self._starts is None:
            return base + len(raw), []
        low = max(frontier - base, 0)
        if raw.isascii() and not (json_text and "\\" in raw):
            if self._starts.search(raw, low) is None:
                return base + len(raw), []
            window, view = 0, View(raw, None, len(raw))
        else:
            window = max(0, low - UNIT_CHARS_MAX)
            view = fold_view(read(raw[window:], json_text=json_text, final=final))
        found: list[Match[Payload]] = []
        origin = base + window
        held = view.raw_end
        for start, end, place in self._walks(view.chars, view.index(low - window), final=final):
            if place is None:
                held = view.raw(start)
                break
            found.append(Match(origin + view.raw(start), origin + view.raw(end), self._tokens[place][1]))
        return origin + held, found

    def _walks(self, chars: str, low: int, *, final: bool) -> Iterator[tuple[int, int, int | None]]:
        """Tokens from `low` on, as (start, end, place); the last one without a place when it is not decided."""
        assert self._starts is not None  # noqa: S101 - the caller's condition
        at = low
        while (match := self._starts.search(chars, at)) is not None:
            start = match.start()
            state, end, place = self._walk(chars, start, final=final)
            if state is _State.LIVE:
                yield start, len(chars), None
                return
            at = start + 1
            if state is _State.WHOLE:
                yield start, end, place
                at = end

    def _walk(self, chars: str, start: int, *, final: bool) -> tuple[_State, int, int]:
        """Follow the spelling that begins at `start`."""
        cores, low, high = self._cores, 0, len(self._cores)
        best = (_State.DEAD, start, 0)
        core, gap, at = "", 0, start
        stop = min(len(chars), start + self._chars_max)
        while at < stop:
            char, size = chars[at], 1
            if char == "%":
                char, size = _percent(chars, at)
                if not char:
                    return (_State.LIVE, at, 0) if not final and at + size > len(chars) else best
            at += size
            if char in SEPARATORS:
                gap += 1
                continue
            core += char.lower()
            low = bisect_left(cores, core, low, high)
            high = bisect_left(cores, core + _HIGHEST, low, high)
            if low == high or abs(gap - self._own_gap(low, len(core) - 1)) > GAP_CHARS:
                return best
            gap = 0
            if len(cores[low]) == len(core):
                fits = _fits(chars, start, at, _edge(core), final=final)
                if fits is _State.LIVE:
                    return fits, at, low
                if fits is _State.WHOLE:
                    best = (fits, at, low)
                if high - low == 1:
                    return best
        if final or at < len(chars) or gap > GAP_CHARS + self._own_gap(high - 1, len(core)):
            return best
        return _State.LIVE, at, 0

    def _own_gap(self, place: int, index: int) -> int:
        """The separators that a token itself has before a character of its core."""
        gaps = self._gaps.get(place)
        if gaps is None:
            gaps = self._gaps[place] = _gaps(self._tokens[place][0])
        return gaps[index]


def _percent(chars: str, at: int) -> tuple[str, int]:
    """The ASCII character of a percent escape and its length; no character when it is none, or not whole."""
    digits = chars[at + 1 : at + 3]
    if not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        return "", 1
    code = int(digits, 16) if len(digits) == 2 else 0
    return (chr(code) if 32 <= code < 127 else ""), 3


def _fits(chars: str, start: int, end: int, edge: Edge, *, final: bool) -> _State:
    """Whether a token stands between its edges."""
    before = chars[start - 1 : start]
    if before == "@" or (
        edge is Edge.ADDRESS and before in _LOCAL_MARKS and start > 1 and chars[start - 2].isalnum() and before
    ):
        return _State.DEAD
    if end >= len(chars):
        return _State.WHOLE if final else _State.LIVE
    after = chars[end]
    if after.isalnum() or after == "@":
        return _State.DEAD
    if edge is Edge.ADDRESS and after in ".-":
        if end + 1 >= len(chars):
            return _State.WHOLE if final else _State.LIVE
        if chars[end + 1].isalnum():
            return _State.DEAD
    return _State.WHOLE


@lru_cache(maxsize=256)
def starts_of(letters: str, others: str = "") -> re.Pattern[str]:
    """Where a token may begin: at one of these letters, not inside a word, or right after an escape. `others` is a
    pattern of what is found, too."""
    start = rf"[{re.escape(letters)}](?:(?<![A-Za-z0-9ø].)|(?<=%[0-9A-Fa-f][0-9A-Fa-f].)|(?<=\\[nrtbf].))"
    return re.compile(f"{start}|{others}" if others else start, re.DOTALL)
