"""Decoders of hidden spellings: where a text has escapes, and which characters they stand for.

Each decoder yields *units* in the order of the text: start, end and the character (or `""` for none), or None for a
unit that the end of the text cuts in two. A unit is known from its own start on, whatever stands before it, so that a
view can be made from the middle of a text.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from operator import itemgetter

Unit = tuple[int, int, str | None]
NO_TEXT = "\uffff"

_JSON = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^u])", re.DOTALL)
_JSON_PENDING = re.compile(
    r"\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?\Z"
)
_JSON_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def json_string(text: str, *, final: bool) -> Iterator[Unit]:
    """Escapes inside a JSON string (RFC 8259 section 7); a surrogate pair is one unit."""
    at = 0
    while (at := text.find("\\", at)) >= 0:
        if not final and _JSON_PENDING.match(text, at):
            yield at, len(text), None
            return
        match = _JSON.match(text, at)
        if match is None:
            at += 1
            continue
        yield at, match.end(), _json_char(match.group())
        at = match.end()


def _json_char(written: str) -> str:
    if len(written) == 12:
        return chr(0x10000 + ((int(written[2:6], 16) & 0x3FF) << 10) + (int(written[8:], 16) & 0x3FF))
    if len(written) == 6:
        return chr(int(written[2:], 16))
    return _JSON_LETTERS.get(written[1], written[1])


_NAMES = {
    **dict.fromkeys(("commat",), "@"),
    **dict.fromkeys(("period",), "."),
    **dict.fromkeys(("nbsp", "Tab", "NewLine", "ensp", "emsp", "thinsp"), " "),
    **dict.fromkeys(("hyphen", "dash", "ndash", "mdash", "minus"), "-"),
    **dict.fromkeys(("zwj", "zwnj", "shy", "lrm", "rlm"), ""),
    "lowbar": "_",
    "plus": "+",
    "percnt": "%",
    "num": "#",
    "sol": "/",
    "colon": ":",
    "amp": "&",
    "quot": '"',
    "lt": "<",
    "gt": ">",
    "apos": "'",
    "lpar": "(",
    "rpar": ")",
    "comma": ",",
    "equals": "=",
}
_ESCAPE = re.compile(
    r"%(?:25){0,4}(?P<percent>[0-9A-Fa-f]{2})"
    r"|&(?:amp;){0,3}(?:#(?P<decimal>[0-9]{1,7});|#[xX](?P<hex>[0-9A-Fa-f]{1,6});|(?P<name>[A-Za-z]{2,8});)"
    r"|\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\(?:u(?P<four>[0-9A-Fa-f]{4})|u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|x(?P<two>[0-9A-Fa-f]{2}))"
)
_ESCAPE_PENDING = re.compile(
    r"(?:%(?:25){0,4}[0-9A-Fa-f]?"
    r"|&(?:amp;){0,3}(?:#(?:[0-9]{0,7}|[xX][0-9A-Fa-f]{0,6})|[A-Za-z]{0,8})"
    r"|\\(?:u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?"
    r"|u[0-9A-Fa-f]{0,3}|u\{[0-9A-Fa-f]{0,6}|x[0-9A-Fa-f]?)?)\Z"
)


def escapes(text: str, *, final: bool) -> Iterator[Unit]:
    """Percent-encoding (RFC 3986, nested up to four times, whole UTF-8 sequences), HTML character references, and the
    `\\uXXXX`, `\\u{...}` and `\\xXX` of programming languages. What stands for no character stays as it is written."""
    pending = None if final else _ESCAPE_PENDING.search(text)
    end = pending.start() if pending else len(text)
    found = [(m.start(), m.end(), m) for m in _ESCAPE.finditer(text, 0, end)]
    at = 0
    while at < len(found):
        start, stop, match = found[at]
        if match.lastgroup != "percent":
            char = _escaped(match)
            if char is not None:
                yield start, stop, char
            at += 1
            continue
        bytes_ = [(s, e, int(m["percent"], 16)) for s, e, m in found[at : at + 4] if m.lastgroup == "percent"]
        size = _utf8_size(bytes_[0][2])
        sequence = _contiguous(bytes_, size)
        char = _utf8(bytes(map(itemgetter(2), sequence))) if size == len(sequence) else None
        if char is not None:
            yield start, sequence[-1][1], char
            at += size
            continue
        if size > len(sequence) and sequence[-1][1] == end and not final:
            yield start, len(text), None
            return
        at += 1
    if pending is not None:
        yield end, len(text), None


def _escaped(match: re.Match[str]) -> str | None:
    kind, written = match.lastgroup, match[match.lastgroup or 0]
    if kind == "name":
        return _NAMES.get(written)
    if kind == "low":
        return chr(0x10000 + ((int(match["high"], 16) & 0x3FF) << 10) + (int(written, 16) & 0x3FF))
    code = int(written, 10 if kind == "decimal" else 16)
    return chr(code) if 0 < code < 0x110000 else None


def _utf8_size(byte: int) -> int:
    """Length of the UTF-8 sequence that begins with this byte, or 0 (RFC 3629)."""
    if byte < 0x80:
        return 1
    if byte < 0xC2 or byte > 0xF4:
        return 0
    return 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


def _contiguous(escaped: list[tuple[int, int, int]], size: int) -> list[tuple[int, int, int]]:
    """The first escaped byte and the continuation bytes that stand directly after it, `size` in all at most."""
    sequence = escaped[:1]
    for following in escaped[1 : max(size, 1)]:
        if following[0] != sequence[-1][1] or following[2] & 0xC0 != 0x80:
            break
        sequence.append(following)
    return sequence


def _utf8(sequence: bytes) -> str | None:
    try:
        return sequence.decode()
    except UnicodeDecodeError:
        return None


_QUOTED = re.compile(r"=(?:([0-9A-F]{2})|\r?\n)")
_QUOTED_PENDING = re.compile(r"=(?:[0-9A-F]|\r)?\Z")


def quoted_printable(text: str, *, final: bool) -> Iterator[Unit]:
    """Quoted-printable (RFC 2045 section 6.7): `=40`, and soft line breaks, which vanish. ASCII only."""
    pending = None if final else _QUOTED_PENDING.search(text)
    end = pending.start() if pending else len(text)
    for match in _QUOTED.finditer(text, 0, end):
        code = int(match[1], 16) if match[1] else 0
        if code < 0x80:
            yield match.start(), match.end(), chr(code) if match[1] else ""
    if pending is not None:
        yield end, len(text), None


_DIGIT_WORDS = {
    "zero": "0",
    "oh": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
DIGIT_WORDS = {form: digit for word, digit in _DIGIT_WORDS.items() for form in (word, word.capitalize(), word.upper())}
"""Each word in lower case, with a capital, and in capitals."""
_SEPARATORS = (" ", "  ", "-", " - ", ",", ", ", ". ")
_INITIALS = sorted({form[:3] for form in DIGIT_WORDS})
_ANY_INITIAL = f"(?:{'|'.join(_INITIALS)})"
DIGIT_WORD_PAIRS = tuple(w + s + initial for w in DIGIT_WORDS for s in _SEPARATORS for initial in _INITIALS)
"""What every run of digit words holds: one, a separator, and how another begins."""
_RUN_WORDS_MIN = 5
_ANY_WORD = f"(?:{'|'.join(DIGIT_WORDS)})"
_SEPARATOR = "(?:  | - |, |\\. |[ ,-])"
DIGIT_WORDS_PREFIX = f"{_ANY_WORD}(?:{_SEPARATOR}{_ANY_WORD}){{0,{_RUN_WORDS_MIN - 2}}}{_SEPARATOR}{_ANY_INITIAL}"
"""How a run begins that is not long enough yet to be one; held like a value, or its first word would be gone."""
DIGIT_WORDS_HINT = f"(?<![A-Za-z0-9]){_ANY_WORD}{_SEPARATOR}{_ANY_INITIAL}"
_RUN = re.compile(rf"(?<![A-Za-z0-9]){_ANY_WORD}(?:{_SEPARATOR}{_ANY_WORD})*(?![A-Za-z0-9])")
_WORD = re.compile(_ANY_WORD)
_GROUPS = {9: (3, 5), 10: (3, 6)}
"""Where a run of nine words (a Social Security number) or ten (a North American telephone number) has its dashes."""
_RUN_PENDING = re.compile(
    rf"(?<![A-Za-z0-9])((?:{_ANY_WORD}{_SEPARATOR})*)(?:{_ANY_WORD}[ .,-]{{0,2}}|[A-Za-z]{{1,5}})?\Z"
)


def digit_words(text: str, *, final: bool) -> Iterator[Unit]:
    """English words for digits in runs of five or more: `four one one one one`. Their separators vanish; a run of nine
    or ten reads as if it were written in groups. What stands outside runs reads as U+FFFF: no value reaches from there
    into a run, because it is gone when the run shows as one."""
    pending = None if final else _RUN_PENDING.search(text)
    end = len(text)
    if pending is not None and pending.end() > pending.start():
        whole = list(_WORD.finditer(text, pending.start(), pending.end(1)))
        # Its last separator waits too: it vanishes only when another word comes.
        end = whole[-1].end() if len(whole) > max(_GROUPS) else pending.start()
    done = 0
    for run in _RUN.finditer(text, 0, end):
        words = list(_WORD.finditer(text, run.start(), run.end()))
        if len(words) >= _RUN_WORDS_MIN:
            if done < run.start():
                yield done, run.start(), NO_TEXT
            yield from _digits(words)
            done = run.end()
    if done < end:
        yield done, end, NO_TEXT
    if end < len(text):
        yield end, len(text), None


def _digits(words: list[re.Match[str]]) -> Iterator[Unit]:
    dashes = _GROUPS.get(len(words), ())
    for place, word in enumerate(words):
        if place:
            yield words[place - 1].end(), word.start(), "-" if place in dashes else ""
        yield word.start(), word.end(), DIGIT_WORDS[word.group()]


BASE64_RUN_CHARS_MIN = 15
"""A shorter run says no more than nine characters; a Social Security number takes fifteen."""
BASE64_RUN = re.compile(rf"[A-Za-z0-9]{{{BASE64_RUN_CHARS_MIN},}}={{0,2}}")
"""Without the last two characters of either alphabet: in ASCII text they stand for `>`, `?` and `~` only, which no
value has. So the alphabets need not be told apart."""
_BASE64_PENDING = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9]{{1,{BASE64_RUN_CHARS_MIN - 1}}}\Z")


def base64_phase(text: str, phase: int, *, final: bool) -> Iterator[Unit]:
    """Base64 and base64url (RFC 4648) in groups of four that begin at offsets equal to `phase` modulo 4; three units
    a group. What is no ASCII text, and what stands outside runs, reads as U+FFFF."""
    pending = None if final else _BASE64_PENDING.search(text)
    done = 0
    for run in BASE64_RUN.finditer(text):
        first = run.start() + (phase - run.start()) % 4
        if first > done:
            yield done, first, NO_TEXT
        at, done = first, first
        while at < run.end():
            group = text[at : min(at + 4, run.end())].rstrip("=")
            if len(group) < 4 and run.end() == len(text) and not final:
                yield at, len(text), None
                return
            stop = min(at + 4, run.end())
            yield from _group(group, at, stop)
            at = done = stop
    end = pending.start() if pending else len(text)
    if done < end:
        yield done, end, NO_TEXT
    if pending is not None:
        yield end, len(text), None


def _group(group: str, start: int, stop: int) -> Iterator[Unit]:
    try:
        decoded = binascii.a2b_base64(group + "=" * (-len(group) % 4))
    except binascii.Error:
        decoded = b""
    for place, byte in enumerate(decoded or b"\x00"):
        last = place == len(decoded) - 1 or not decoded
        yield start + place, stop if last else start + place + 1, chr(byte) if 32 <= byte < 127 else NO_TEXT
