"""Offset-mapped views of a text: what patterns see, and where each character of it came from.

The *folded* view has one character of a 130-symbol alphabet for each visible character of the raw text: Unicode digits
and letters with a Latin base become ASCII, look-alike dashes, dots and spaces become `-`, `.` and ` `, other letters of
spaced scripts become `ø`, all else U+FFFF; characters without width (joiners, marks, bidi controls) have no place in
it. The *decoded* view is the folded view of the text after percent-decoding, nested up to four times; it exists only
where the text has an escape. Patterns run over both, because `95%4111...` must not lose its card to a decoder. Where
the raw text is the inside of a JSON string, its backslash escapes are decoded first, for both.

Laws: a view depends on the text alone, never on where a buffer starts (from one unit to the next); an escape that the
end of the text cuts in two is *pending* and has no place in the view yet.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

OTHER = "\uffff"
OTHER_LETTER = "ø"
HIDDEN_RUN_MAX = 32
"""A character without width that follows this many others shows as U+FFFF: a match may not drag an endless run."""

_DASHES = frozenset("‐‑‒–—―−﹘﹣－⁃˗➖⸺⸻〜")
_DOTS = frozenset("．。｡․·‧∙⋅﹒۔")
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


def views(raw: str, *, json_text: bool = False, final: bool = False) -> tuple[View, ...]:
    """The views of a text: folded, and decoded where the text has a percent escape.

    Args:
        raw: the text.
        json_text: the text is the inside of a JSON string, escapes and all.
        final: no more text comes, so nothing is pending.
    """
    text = View(raw, None, len(raw))
    if json_text and "\\" in raw:
        text = _decode(text, _json_units(raw, final=final))
    if "%" not in text.chars or not (_PERCENT.search(text.chars) or _PERCENT_PENDING.search(text.chars)):
        return (_fold(text),)
    return _fold(text), _fold(_decode(text, _percent_units(text.chars, final=final)))


def folded(raw: str) -> str:
    """The characters of a short text's folded view."""
    return raw if raw.isascii() else _fold(View(raw, None, len(raw))).chars


def _fold(text: View) -> View:
    if text.chars.isascii():
        return text
    chars = text.chars.translate(_TABLE)
    if len(chars) == len(text.chars):
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


_Unit = tuple[int, int, str | None]
"""Start and end of an escape, and the character it stands for; None when the end of the text cuts it in two."""


def _decode(text: View, units: Iterator[_Unit]) -> View:
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
        kept.append(char)
        starts.append(text.raw(start))
    kept.append(text.chars[at:])
    starts.extend(map(text.raw, range(at, end)))
    return View("".join(kept), starts, raw_end)


_JSON = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^u])", re.DOTALL)
_JSON_PENDING = re.compile(
    r"\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?\Z"
)
_JSON_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _json_units(raw: str, *, final: bool) -> Iterator[_Unit]:
    """Escapes of RFC 8259 section 7; a surrogate pair is one unit."""
    at = 0
    while (at := raw.find("\\", at)) >= 0:
        if not final and _JSON_PENDING.match(raw, at):
            yield at, len(raw), None
            return
        match = _JSON.match(raw, at)
        if match is None:
            at += 1
            continue
        written = match.group()
        if len(written) == 12:
            char = chr(0x10000 + ((int(written[2:6], 16) & 0x3FF) << 10) + (int(written[8:], 16) & 0x3FF))
        elif len(written) == 6:
            char = chr(int(written[2:], 16))
        else:
            char = _JSON_LETTERS.get(written[1], written[1])
        yield at, match.end(), char
        at = match.end()


_PERCENT = re.compile(r"%(?:25){0,4}[0-9A-Fa-f]{2}")
_PERCENT_PENDING = re.compile(r"%(?:25){0,4}[0-9A-Fa-f]?\Z")


def _percent_units(text: str, *, final: bool) -> Iterator[_Unit]:
    """Escaped characters, each a whole UTF-8 sequence; bytes that are no UTF-8 stay as they are written."""
    end = len(text)
    pending = None if final else _PERCENT_PENDING.search(text)
    if pending is not None:
        end = pending.start()
    escapes = [(m.start(), m.end(), int(m.group()[-2:], 16)) for m in _PERCENT.finditer(text, 0, end)]
    at = 0
    while at < len(escapes):
        size = _utf8_size(escapes[at][2])
        sequence = _contiguous(escapes, at, size)
        start, stop = escapes[at][0], sequence[-1][1]
        char = _utf8(bytes(map(itemgetter(2), sequence))) if size == len(sequence) else None
        if char is not None:
            yield start, stop, char
            at += size
            continue
        if size > len(sequence) and stop == end and not final:
            yield start, len(text), None
            return
        at += 1
    if pending is not None:
        yield end, len(text), None


def _utf8_size(byte: int) -> int:
    """Length of the UTF-8 sequence that begins with this byte, or 0 (RFC 3629)."""
    if byte < 0x80:
        return 1
    if byte < 0xC2 or byte > 0xF4:
        return 0
    return 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


def _contiguous(escapes: list[tuple[int, int, int]], at: int, size: int) -> list[tuple[int, int, int]]:
    """The escape at `at` and the continuation bytes that stand directly after it, `size` in all at most."""
    sequence = [escapes[at]]
    for following in escapes[at + 1 : at + max(size, 1)]:
        if following[0] != sequence[-1][1] or following[2] & 0xC0 != 0x80:
            break
        sequence.append(following)
    return sequence


def _utf8(sequence: bytes) -> str | None:
    try:
        return sequence.decode()
    except UnicodeDecodeError:
        return None
