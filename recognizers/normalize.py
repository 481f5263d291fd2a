"""Offset-mapped views of a text: what patterns see, and where each character of it came from.

The *folded* view has one character of a 130-symbol alphabet for each visible character of the raw text: Unicode digits
and letters with a Latin base become ASCII, look-alike dashes, dots and spaces become `-`, `.` and ` `, other letters of
spaced scripts become `ø`, all else U+FFFF; characters without width (joiners, marks, bidi controls) have no place in
it. Each hidden spelling (escapes, quoted-printable, digit words, base64) has a view of its own, the folded view of the
text after decoding; it exists only where the text has such a thing. Patterns run over all of them, because
`95%4111...` must not lose its card to a decoder. Where the raw text is the inside of a JSON string, its backslash
escapes are decoded first, for all views.

Laws: a view depends on the text alone, never on where a buffer starts (from one unit to the next); an escape that the
end of the text cuts in two is *pending* and has no place in the view yet.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from recognizers import decodings

OTHER = "\uffff"
OTHER_LETTER = "ø"
HIDDEN_RUN_MAX = 32
"""A character without width that follows this many others shows as U+FFFF: a match may not drag an endless run."""

_DASHES = frozenset("‐‑‒–—―−﹘﹣－⁃˗➖⸺⸻〜")
_DOTS = frozenset("．。｡․·‧∙⋅﹒۔")
_QUOTES = {**dict.fromkeys("‘’‚‛′ʼ＇", "'"), **dict.fromkeys("“”„‟″＂", '"')}
_LATIN_LOOKALIKES = dict(zip("ıȷłŁøØđĐħĦŧŦßæÆœŒþÞðÐ", "ijlLoOdDhHtTsaAoOpPdD", strict=True))
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "HANGUL", "BOPOMOFO", "YI ", "TIBETAN")


def fold(char: str) -> str:
    """The view's character for one non-ASCII character, or `""` for one without width."""
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me") or char in "\u115f\u1160\u3164\uffa0\u034f":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if char in _DASHES:
        return "-"
    if char in _DOTS:
        return "."
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if char in _QUOTES:
        return _QUOTES[char]
    return _fold_letter(char, category)


def _fold_letter(char: str, category: str) -> str:
    if char in _LATIN_LOOKALIKES:
        return _LATIN_LOOKALIKES[char]
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c) != "Mn")
    if len(plain) == 1 and plain.isascii():
        return plain
    if category in ("Lu", "Ll", "Lt", "Lo", "Lm") and not unicodedata.name(char, "CJK").startswith(_UNSPACED):
        return OTHER_LETTER
    return OTHER


class _Table(dict[int, str]):
    """For `str.translate`: ASCII stays, everything else by `fold`, remembered (bounded by Unicode's size)."""

    def __missing__(self, code: int) -> str:
        folded = chr(code) if code < 128 else fold(chr(code))
        self[code] = folded
        return folded


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class View:
    """One view of a raw text.

    `chars[i]` came from `raw[starts[i]:starts[i + 1]]`; `starts is None` means that the offsets are the same.
    `raw_end` is where the view stops in the raw text: its length, or the start of a pending escape.
    """

    chars: str
    starts: Sequence[int] | None
    raw_end: int

    def raw(self, index: int) -> int:
        """Raw offset of view offset `index`; characters without width belong to the character before them."""
        if self.starts is None:
            return index
        return self.starts[index] if index < len(self.starts) else self.raw_end

    def index(self, raw: int) -> int:
        """First view offset that stands at raw offset `raw` or after it."""
        if self.starts is None:
            return min(raw, len(self.chars))
        return bisect_left(self.starts, raw)


class Spelling(Enum):
    """The hidden spellings that can be read, each in views of its own."""

    ESCAPES = "escapes"
    QUOTED_PRINTABLE = "quoted_printable"
    DIGIT_WORDS = "digit_words"
    BASE64 = "base64"


_VIEW_NUMBERS = {
    Spelling.ESCAPES: (1,),
    Spelling.QUOTED_PRINTABLE: (2,),
    Spelling.DIGIT_WORDS: (3,),
    Spelling.BASE64: (4, 5, 6, 7),
}
VIEWS = 8
SPELLING_OF = {number: spelling for spelling, numbers in _VIEW_NUMBERS.items() for number in numbers}
PLAIN_VIEWS = (1, 2)
"""Views in which what is not written in the hidden spelling reads as in the folded one."""
ALL_SPELLINGS = frozenset(Spelling)


def read(raw: str, *, json_text: bool = False, final: bool = False) -> View:
    """The text that all views are made from: the raw text, or what a JSON string says.

    Args:
        raw: the text.
        json_text: it is the inside of a JSON string, escapes and all.
        final: no more text comes, so nothing is pending.
    """
    text = View(raw, None, len(raw))
    if json_text and "\\" in raw:
        return _decode(text, decodings.json_string(raw, final=final))
    return text


def hidden_views(text: View, place: int, spellings: frozenset[Spelling], *, final: bool) -> list[tuple[int, View]]:
    """The views of hidden spellings that the text may have, each with its number (from 1; 0 is the folded view).

    Args:
        text: from `read`.
        place: where it begins in what `read` gives for the whole text, modulo four.
        spellings: which to read.
        final: no more text comes, so nothing is pending.
    """
    found: list[tuple[int, View]] = []
    for spelling, decoder, hint in _DECODERS:
        if spelling in spellings and hint.search(text.chars):
            found.append((_VIEW_NUMBERS[spelling][0], fold_view(_decode(text, decoder(text.chars, final=final)))))
    if Spelling.BASE64 in spellings and decodings.BASE64_RUN.search(text.chars):
        for phase, number in enumerate(_VIEW_NUMBERS[Spelling.BASE64]):
            units = decodings.base64_phase(text.chars, (phase - place) % 4, final=final)
            found.append((number, fold_view(_decode(text, units))))
    return found


_DECODERS = (
    (Spelling.ESCAPES, decodings.escapes, re.compile(r"[%&\\]")),
    (Spelling.QUOTED_PRINTABLE, decodings.quoted_printable, re.compile(r"=(?:[0-9A-F]{2}|\r?\n|[0-9A-F\r]?\Z)")),
    (Spelling.DIGIT_WORDS, decodings.digit_words, re.compile(decodings.DIGIT_WORDS_HINT)),
)


def folded(raw: str) -> str:
    """The characters of a short text's folded view."""
    return raw if raw.isascii() else fold_view(View(raw, None, len(raw))).chars


def even(text: str) -> str | None:
    """The characters of a text's folded view, where each has the offset of the character that it came from; None where
    one has no width."""
    if text.isascii():
        return text
    chars = text.translate(_TABLE)
    return chars if len(chars) == len(text) else None


def even_from(raw: str, start: int) -> tuple[int, str | None]:
    """What of `even(raw)` stands at `start` or after it, and where that begins in `raw`: at 0 at the earliest."""
    origin = start if start > 0 else 0
    return origin, even(raw[origin:])


def fold_view(text: View) -> View:
    """The folded view of a text."""
    chars = even(text.chars)
    if chars is not None:
        return View(chars, text.starts, text.raw_end)
    kept: list[str] = []
    starts: list[int] = []
    hidden = 0
    for index, char in enumerate(text.chars):
        shown = _TABLE[ord(char)]
        hidden = 0 if shown else hidden + 1
        if hidden > HIDDEN_RUN_MAX:
            shown = OTHER
        if shown:
            kept.append(shown)
            starts.append(text.raw(index))
    return View("".join(kept), starts, text.raw_end)


def _decode(text: View, units: Iterator[decodings.Unit]) -> View:
    """The text with its escapes decoded; it ends at a pending one."""
    kept: list[str] = []
    starts: list[int] = []
    at = 0
    end, raw_end = len(text.chars), text.raw_end
    for start, stop, char in units:
        kept.append(text.chars[at:start])
        starts.extend(map(text.raw, range(at, start)))
        at = stop
        if char is None:
            at = end
            raw_end = text.raw(start)
            break
        if char:
            kept.append(char)
            starts.append(text.raw(start))
    kept.append(text.chars[at:])
    starts.extend(map(text.raw, range(at, end)))
    return View("".join(kept), starts, raw_end)
