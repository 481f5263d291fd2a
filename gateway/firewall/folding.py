"""What the firewall reads: the text as a reader would see it, and what is hidden in it.

Folded text is NFKC in lower case, without characters that have no width, with look-alike letters of Latin words mapped
back. Hidden text (Unicode tags, base64, hex, binary, Morse, letter shifts, words in pig Latin) is decoded and judged
like the rest. All of it is linear in the length of the text, and bounded.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

import re2

DECODED_CHARS_MAX = 20_000
RUNS_MAX = 50
"""Runs of one encoding that are decoded in a text."""
_TAGS = re.compile(r"[\U000e0020-\U000e007e]{4,}")
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0020-\U000e007e\u200b\u2060\ufeff]")
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏԛԝɡαεορτυνικοѵ", "aeopcyxijsdhlqwgaeoptuvikov")
_MIXED = re.compile(r"(?=\w*[a-z])(?=\w*[а-яёіјѕԁһӏԛԝɡα-ω])\w+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,8192}={0,2}")
_HEX = re.compile(r"(?:(?:0x|\\x|%)?[0-9a-fA-F]{2}[ ,:-]?){8,2048}")
_BINARY = re.compile(r"(?:[01]{8}[ ,]?){4,2048}")
_MORSE_RUN = re.compile(r"(?:[.\-–—]{1,6}[ /|]+){5,1000}[.\-–—]{1,6}")
_WORD = re.compile(r"[a-z]{2,}")
_COMMON_WORD = re.compile(r"\b(?:the|and|you|your|that|what|is|of|to|in|for|was|are|a|on|with|be|it)\b")
_PIG_WORD = re.compile(r"\b[a-z]{2,14}ay\b")
PIG_HITS_MIN = 4
_CLUSTERS = ("str", "th", "sh", "ch", "wh", "st", "pr", "gr", "cl", "tr", "pl", "br")
_WORDS = "the and you your that what is of to in for was are ignore password"
_COMMON = _WORDS.split()
SHIFT_HITS_MIN = 3
"""Common words that a text must hold under one letter shift before it counts as shifted."""
_MORSE = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
)
_MORSE_CODE = dict(zip(_MORSE.split(), "abcdefghijklmnopqrstuvwxyz0123456789", strict=True))


def _shift(word: str, by: int) -> str:
    return "".join(chr((ord(char) - 97 + by) % 26 + 97) for char in word)


_SHIFTED: dict[str, tuple[int, ...]] = {}
for _by in range(1, 26):
    for _common in _COMMON:
        _SHIFTED[_shift(_common, _by)] = (*_SHIFTED.get(_shift(_common, _by), ()), _by)


def folded(text: str) -> str:
    """The text as rules see it."""
    shown = text if text.isascii() else unicodedata.normalize("NFKC", _HIDDEN.sub("", text))
    shown = shown.lower()
    if not shown.isascii():
        shown = shown.replace("’", "'").replace("‘", "'")
        shown = _MIXED.sub(lambda match: match[0].translate(_LOOKALIKES), shown)
    return shown


def hidden_chars(text: str) -> int:
    """How many characters without width stand in the text, emoji joiners and variation selectors aside."""
    if text.isascii():
        return 0
    return len(_UNSEEN.findall(text))


def decodings(text: str, shown: str) -> Iterator[tuple[str, str]]:
    """What is hidden in a text: the name of the encoding and what it says.

    Args:
        text: as it came.
        shown: the same, folded.
    """
    if not text.isascii():
        for match in _some(_TAGS, text):
            yield "tags", "".join(chr(ord(char) - 0xE0000) for char in match)
    for name, gate, pattern, decode in _ENCODINGS:
        if gate.search(text) is not None:
            yield from ((name, said) for match in _some(pattern, text) if (said := decode(match)))
    yield from _words(shown)


def _some(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for number, match in enumerate(pattern.finditer(text)):
        if number >= RUNS_MAX:
            return
        yield match[0]


def _base64(run: str) -> str:
    if not re.search(r"[A-Z]", run) or not re.search(r"[a-z]", run):
        return ""
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _unhex(run: str) -> str:
    digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", run)
    return _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _unbinary(run: str) -> str:
    return _readable(bytes(int(group, 2) for group in re.findall(r"[01]{8}", run)))


def _unmorse(run: str) -> str:
    codes = re.split(r"[ |]*/[ |]*|  +", run.translate(str.maketrans("–—", "--")))
    return " ".join("".join(_MORSE_CODE.get(code, "") for code in word.split()) for word in codes)


def _readable(data: bytes) -> str:
    """What bytes say, when they are text: nearly all letters, spaces and points."""
    text = data[:DECODED_CHARS_MAX].decode("utf-8", "replace")
    usual = sum(char.isalpha() or char in " .,;:'\"!?-()\n" for char in text)
    return text if len(text) >= 8 and usual >= 0.9 * len(text) and " " in text else ""


def _words(shown: str) -> Iterator[tuple[str, str]]:
    """Letter shifts (ROT13, Caesar) and pig Latin."""
    hits = Counter(by for word in _SHIFTED.keys() & set(_WORD.findall(shown)) for by in _SHIFTED[word])
    for by, count in hits.items():
        if count >= SHIFT_HITS_MIN:
            back = "".join(_shift(c, -by) if "a" <= c <= "z" else c for c in shown[:DECODED_CHARS_MAX])
            if 4 * len(_COMMON_WORD.findall(back)) > len(_WORD.findall(back)):
                yield "letter_shift", back
    if shown.count("ay ") + shown.count("ay?") < PIG_HITS_MIN:
        return
    pig = _PIG_WORD.findall(shown)
    if len(pig) >= PIG_HITS_MIN and 2 * len(pig) >= len(re.findall(r"\b[a-z]{3,}\b", shown)):
        yield "pig_latin", " ".join(_unpig(word) for word in re.findall(r"[a-z']+", shown)[:2000])


def _unpig(word: str) -> str:
    if not word.endswith("ay") or len(word) < 4:
        return word
    stem = word[:-2]
    if stem.endswith(("w", "y")) and stem[0] in "aeiou":
        return stem[:-1]
    cluster = next((c for c in _CLUSTERS if stem.endswith(c) and len(c) < len(stem)), stem[-1])
    return cluster + stem[: -len(cluster)]


# The gate is linear and fast: most texts hold no such run, and then `re` does not look for one at every place.
_ENCODINGS: tuple[tuple[str, re2._Regexp, re.Pattern[str], Callable[[str], str]], ...] = (
    ("base64", re2.compile(r"[A-Za-z0-9+/_-]{16}"), _BASE64, _base64),
    ("hex", re2.compile(r"(?:(?:0x|\\x|%)?[0-9a-fA-F]{2}[ ,:-]?){8}"), _HEX, _unhex),
    ("binary", re2.compile(r"[01]{8}[ ,]?[01]{8}"), _BINARY, _unbinary),
    ("morse", re2.compile(r"[.\-–—]{1,6}[ /|]+[.\-–—]{1,6}[ /|]+[.\-–—]{1,6}[ /|]+[.\-–—]"), _MORSE_RUN, _unmorse),
)
