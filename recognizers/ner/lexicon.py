"""What a word can be: given name, surname, place, country, street word, organisation word, and how common it is.

The file is made by `training/gazetteer.py`, which explains the classes; it is read once a process.
"""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import io
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence

FILE = "lexicon.txt.gz"
PLACE_WORDS_MAX = 5
UNKNOWN = "0"


class Lexicon:
    """Classes of words and of places of several words."""

    def __init__(self, classes: Mapping[str, str], names: Container[str] = ()) -> None:
        self._names = names
        self._words = {word: letters for word, letters in classes.items() if " " not in word}
        self._places = {word for word in classes if " " in word}
        self._heads = {place.split(" ", 1)[0] for place in self._places}

    def word(self, lower: str) -> str:
        """Classes of a lower-case word; those of its spelling without accents when it has none; `0` when unknown."""
        found = self._words.get(lower)
        if found is None and not lower.isascii():
            found = self._words.get(unaccented(lower))
        return found or UNKNOWN

    def is_name(self, lower: str) -> bool:
        """Whether a common word is a name and hardly ever anything else."""
        return lower in self._names

    def places(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Ranges of words, lower case, that are a place of several words; longest first, none overlap."""
        found = []
        at = 0
        while at < len(words):
            length = 0
            if words[at] in self._heads:
                length = next(
                    (
                        n
                        for n in range(min(PLACE_WORDS_MAX, len(words) - at), 1, -1)
                        if " ".join(words[at : at + n]) in self._places
                    ),
                    0,
                )
            if length:
                found.append((at, at + length))
            at += length or 1
        return found


def unaccented(text: str) -> str:
    """Letters without their accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon of this package; 290,000 entries."""
    return _read(lambda _: True)


@functools.cache
def common_words() -> Lexicon:
    """The part of the lexicon that is known English, for the gate: a fifth of the memory."""
    return _read(lambda row: row[1][-1] != UNKNOWN and " " not in row[0])


def _read(wanted: Callable[[list[str]], bool]) -> Lexicon:
    packed = importlib.resources.files("recognizers.ner").joinpath(FILE).read_bytes()
    classes: dict[str, str] = {}
    names: set[str] = set()
    same: dict[str, str] = {}
    for line in io.TextIOWrapper(io.BytesIO(gzip.decompress(packed)), encoding="utf-8"):
        row = line.rstrip("\n").split("\t")
        if wanted(row):
            classes[row[0]] = same.setdefault(row[1], row[1])
            if len(row) > 2:
                names.add(row[0])
    return Lexicon(classes, names)
