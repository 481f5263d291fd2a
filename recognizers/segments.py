"""Cuts a text into segments for a model: by position in the text, never by arrival.

Laws kept here:
1. Where a cut falls is a function of the text, of the matches of tiers 1 and 2 in it, and of what the model said of the
   segment before: never of how the text came.
2. No cut falls inside a match. A cut falls at the end of a sentence; where there is none within `SEGMENT_CHARS_MAX`,
   at a line end or a space, and not between two words with capitals, unless there is nothing else.
3. An entity that touches a forced cut is carried: the next segment begins where it begins, and it is asked for again,
   unless it is longer than `CARRIED_CHARS_MAX`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SEGMENT_CHARS_MIN = 60
"""A sentence that ends before this stays with the next one: names need some text around them."""
FORCED_CHARS_MIN = 120
SEGMENT_CHARS_MAX = 240
CARRIED_CHARS_MAX = 80

ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "ave",
        "rd",
        "blvd",
        "apt",
        "no",
        "vs",
        "etc",
        "e.g",
        "i.e",
        "u.s",
        "u.k",
        "inc",
        "ltd",
        "co",
        "corp",
        "jr",
        "sr",
        "gen",
        "col",
        "sgt",
        "capt",
        "lt",
        "rev",
        "hon",
        "gov",
        "sen",
        "rep",
        "pres",
        "dept",
        "univ",
        "est",
        "fig",
        "vol",
        "pp",
        "p.o",
        "a.m",
        "p.m",
        "ph.d",
        "m.d",
        "b.a",
        "m.a",
        "ste",
        "fl",
        "bldg",
        "mt",
        "ft",
        "approx",
        "tel",
        "ext",
        "attn",
        "cf",
        "al",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "ul",
        "str",
    ]
)
_STOP = re.compile(r"[.!?…]+[\"'”’)\]]*\s+|\n[ \t]*\n\s*")
_LAST_WORD = re.compile(r"[\w.]+$")


@dataclass(slots=True)
class Cutting:
    """How far a text has been cut. `start` is where the next segment begins; `spans` are the matches that a cut may not
    fall into, as far as they reach past `start`; all in offsets of the text."""

    start: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a segment ends, and whether that was forced: then what touches the cut is carried."""

    end: int
    forced: bool


def note(cutting: Cutting, spans: Iterable[tuple[int, int]]) -> None:
    """Matches that have come to be known."""
    cutting.spans += spans


def next_cut(text: str, base: int, cutting: Cutting, decided: int, *, final: bool) -> Cut | None:
    """The end of the next segment, or None while that depends on what is still to come.

    Args:
        text: holds the text from `cutting.start` on; all of it that has come.
        base: offset of `text[0]`.
        cutting: of this text.
        decided: all matches that begin before this offset are known.
        final: nothing more comes.
    """
    start = cutting.start
    end = base + len(text)
    if start >= end:
        return None
    cutting.spans = [span for span in cutting.spans if span[1] > start]
    limit = start + SEGMENT_CHARS_MAX
    for stop in _STOP.finditer(text, start - base, min(len(text), limit + 1 - base)):
        at = base + stop.end()
        # White space at the very end may go on: the cut is known once something follows it.
        if at >= end or at > limit:
            break
        if at - start < SEGMENT_CHARS_MIN or _abbreviates(text, stop) or _inside(cutting.spans, at):
            continue
        return Cut(at, forced=False) if at <= decided or final else None
    if end <= limit:
        return Cut(end, forced=False) if final else None
    if decided < limit and not final:
        return None
    return Cut(_forced(text, base, start, limit, cutting.spans), forced=True)


def carried(cut: Cut, start: int, entities: Sequence[tuple[int, int]], text: str, base: int) -> int:
    """Where the segment after this cut begins: at the cut, or at the entity that touches it."""
    if not cut.forced:
        return cut.end
    for low, high in entities:
        touches = high <= cut.end and not text[high - base : cut.end - base].strip()
        if touches and low > start and cut.end - low <= CARRIED_CHARS_MAX:
            return low
    return cut.end


def _abbreviates(text: str, stop: re.Match[str]) -> bool:
    """Whether the full stop belongs to a word: an abbreviation, an initial, a number of a list."""
    if text[stop.start()] != ".":
        return False
    follows = text[stop.end()]
    if follows.islower():
        return True
    word = _LAST_WORD.search(text, max(0, stop.start() - 12), stop.start())
    if word is None:
        return False
    last = word[0].lower()
    return last in ABBREVIATIONS or (len(last) == 1 and last.isalpha()) or last.isdigit()


def _inside(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start < at < end for start, end in spans)


def _forced(text: str, base: int, start: int, limit: int, spans: Sequence[tuple[int, int]]) -> int:
    """A cut where no sentence ends."""
    low = start + FORCED_CHARS_MIN
    free = [at for at in range(low + 1, limit + 1) if text[at - 1 - base].isspace() and not _inside(spans, at)]
    lines = [at for at in free if text[at - 1 - base] == "\n" and not _joins(text, at - base)]
    calm = [at for at in free if not _joins(text, at - base)]
    for choice in (lines, calm, free):
        if choice:
            return choice[-1]
    at = limit
    for low, high in sorted(spans, reverse=True):
        if low < at < high:
            at = low if low > start else min(high, limit)
    return at if at > start else limit


def _joins(text: str, at: int) -> bool:
    """Whether the words on both sides look like parts of one name or address: capitals, or a capital and a number."""
    left = text[:at].rstrip()
    right = text[at : at + 1]
    if not left or not right or left[-1] in ".!?;:":
        return False
    head = re.split(r"\s", left[-40:])[-1][:1]
    return (head.isupper() or head.isdigit()) and (right.isupper() or right.isdigit())
