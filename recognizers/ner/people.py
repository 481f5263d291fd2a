"""Names of people by cue words and by what words can be: both find what the model misses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult

from recognizers.ner.lexicon import lexicon
from recognizers.ner.spans import is_vetoed

_NAME = r"[^\W\d_a-z][\w'’]*(?:-[^\W\d_a-z][\w'’]*)*\.?"
_PARTICLE = r"(?:van|von|de|der|den|da|di|del|dos|la|le|el|al|bin|ibn|ten|ter|zu|st\.?)"
_FULL = rf"{_NAME}(?:[ ]+(?:{_PARTICLE}[ ]+){{0,2}}{_NAME}){{0,3}}"
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Rev|(?<!\d )Fr|Sgt|Capt|Lt|Col|Gen|Judge|Nurse|Herr|Frau|Mme"
    r"|Señor|Sra?)"
    rf"\.?[ ]+({_FULL})"
)
_LOWER_TITLE = re.compile(r"\b(?:mr|mrs|ms|dr|prof)\.? +([^\W\d_]{2,}(?: +[^\W\d_]{3,})?)")
_CUE = re.compile(
    r"\b(?:[Mm]y name is|name's|I am|I'm|[Tt]his is|[Ss]igned,|[Ss]incerely,\s+|[Rr]egards,\s+|[Cc]heers,\s+|[Aa]ttn:?"
    r"|[Cc]alls? me|[Cc]ontact|[Pp]atient(?: name)?:?|[Nn]ame:?|[Nn]amed|[Bb]eneficiary:?|maiden name is"
    r"|[Dd]ear|[Ff]rom:|[Tt]o:)"
    rf"\s+({_FULL})"
)
_PAIR = re.compile(rf"\b({_NAME})([ ]+(?:{_PARTICLE}[ ]+){{0,2}}|[ ]+[^\W\d_a-z]\.?[ ]+)({_NAME})")
_TOO_COMMON = frozenset("12")


class PersonRecognizer(LocalRecognizer):
    """Titles, cue words, and a given name with a surname."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["PERSON"], supported_language="en", name="people")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        if "PERSON" not in entities:
            return []
        return [
            RecognizerResult("PERSON", start, end, score, AnalysisExplanation("people", score))
            for start, end, score in people(text)
            if not is_vetoed(text, start, end, "PERSON")
        ]


def people(text: str) -> Iterator[tuple[int, int, float]]:
    """Ranges that are names by their company, with a score."""
    for match in _TITLE.finditer(text):
        yield match.start(1), _stripped(text, match.end(1)), 0.8
    for match in _LOWER_TITLE.finditer(text):
        if any(_classes(word) & {"G", "S"} or _band(word) == "0" for word in match[1].split()):
            yield match.start(1), match.end(1), 0.6
    for match in _CUE.finditer(text):
        if any(_band(word) not in _TOO_COMMON or _classes(word) & {"G"} for word in match[1].split()):
            yield match.start(1), _stripped(text, match.end(1)), 0.6
    for match in _PAIR.finditer(text):
        first, last = match[1].rstrip("."), match[3].rstrip(".")
        if _is_pair(first, last):
            yield match.start(), _stripped(text, match.end()), 0.6


def _is_pair(first: str, last: str) -> bool:
    """A given name that is hardly anything else and what may be a surname, or both rare words."""
    if len(first) < 2 or len(last) < 2 or first.isupper() != last.isupper() or "G" not in _classes(first):
        return False
    names = lexicon()
    is_given = _band(first) in "03" or names.is_name(first.lower())
    is_family = bool({"S", "G"} & _classes(last)) and ("C" not in _classes(first) or _band(last) != "1")
    return is_given and (is_family or _band(last) == "0")


def _stripped(text: str, end: int) -> int:
    while end and text[end - 1] in ".'’":
        end -= 1
    return end - 2 if text[:end].endswith(("'s", "’s")) else end


def _classes(word: str) -> frozenset[str]:
    return frozenset(lexicon().word(word.lower())[:-1])


def _band(word: str) -> str:
    return lexicon().word(word.lower().strip(".,'’"))[-1]
