"""The model's own findings, less what cannot be one: the vetoes."""

from __future__ import annotations

import re
from typing import Any

from presidio_analyzer import RecognizerResult
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from recognizers.ner.clinical import is_clinical
from recognizers.ner.entities import MODEL_ENTITIES
from recognizers.ner.lexicon import lexicon

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_URL = re.compile(r"://|@|\\\w")
CLINICAL = [
    "disease",
    "syndrome",
    "sign",
    "signs",
    "test",
    "score",
    "scale",
    "criteria",
    "maneuver",
    "manoeuvre",
    "procedure",
    "operation",
    "fracture",
    "palsy",
    "chorea",
    "lymphoma",
    "sarcoma",
    "tumor",
    "tumour",
    "carcinoma",
    "catheter",
    "line",
    "drain",
    "wire",
    "tube",
    "stain",
    "smear",
    "monitor",
    "disorder",
    "dementia",
    "thyroiditis",
    "phenomenon",
    "contracture",
    "aphasia",
    "encephalopathy",
    "esophagus",
    "anemia",
    "cells",
    "cell",
    "valve",
    "pacemaker",
    "stent",
    "sensor",
    "gland",
    "fibers",
    "reflex",
    "law",
    "theorem",
    "equation",
    "transform",
    "distribution",
    "constant",
    "effect",
    "principle",
]
_EPONYM = re.compile(r"(?:['’]s?)?[ -](?:[a-z]+ )?(?:" + "|".join(CLINICAL) + r")\b", re.IGNORECASE)
_WITH_ITS_NOUN = re.compile(r"\S+(?:['’]s?)?[ -](?:[a-z]+ )?(?:" + "|".join(CLINICAL) + r")")
_DOSE = re.compile(r"\s*\(?\d+(?:\.\d+)?\s*(?:mg|mcg|g|ml|units?|iu|%)\b", re.IGNORECASE)
_EDGES = " \t\r\n.,;:!?\"“”()[]{}<>|*#>=-–—'’"


class ModelRecognizer(SpacyRecognizer):
    """What the NLP engine found, trimmed and checked."""

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(supported_language=supported_language, supported_entities=list(MODEL_ENTITIES), name="model")

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        kept = []
        for result in super().analyze(text, entities, nlp_artifacts):
            result.start, result.end = trimmed(text, result.start, result.end)
            if result.start < result.end and not is_vetoed(text, result.start, result.end, result.entity_type):
                kept.append(result)
        return kept


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without punctuation and white space at its edges; a full stop of an abbreviation is left out too."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    if text[start:end].lower().endswith(("'s", "’s")):
        end -= 2
    return start, end


_CODE_BEFORE = ("=", "+", "_", "/", "\\", "#", "$", "[", "{", "<")


def is_vetoed(text: str, start: int, end: int, entity: str) -> bool:
    """Whether this cannot be such an entity."""
    shown = text[start:end]
    if entity == "STREET_ADDRESS":
        return False
    if entity == "DATE_TIME":
        return not any(map(str.isalnum, shown))
    letters = len(_LETTER.findall(shown))
    if letters < 2 or sum(map(str.isdigit, shown)) > letters or _URL.search(shown):
        return True
    if _EPONYM.match(text, end) or _WITH_ITS_NOUN.fullmatch(shown) or _DOSE.match(text, end) or is_clinical(shown):
        return True
    if shown.islower() and _is_code(text, start, end):
        return True
    return shown.islower() and _is_common(shown)


def _is_code(text: str, start: int, end: int) -> bool:
    """Whether a word stands in an option, a path or an assignment (`chunk=tok`), with no space around the sign."""
    return text[start - 1 : start] in _CODE_BEFORE if start else text[end : end + 1] in ("=", "(", "_")


def _is_common(shown: str) -> bool:
    """Whether all words in lower case are ordinary ones, that are nobody's given name and no place."""
    words = lexicon()
    return all((found := words.word(word))[-1] in "12" and not set(found) & {"G", "N"} for word in _WORD.findall(shown))
