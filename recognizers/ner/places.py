"""Countries and towns by the lexicon, and street addresses by form: number, street word, unit, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult

from recognizers.ner.lexicon import lexicon
from recognizers.ner.spans import is_vetoed

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*\.?|-")
_AFTER = re.compile(
    r"\b(?:in|from|to|near|at|visit|visiting|moved to|lives? in|born in|capital of|city of|\d{4,5})[ ]+$", re.IGNORECASE
)
_CAP = r"[^\W\d_a-z][\w'’.-]*"
_WORDS = rf"(?:{_CAP}[ ]+){{0,3}}"
_STREET_WORD = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Square|Sq|Terrace|Close|"
    "Crescent|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Trail|Row|Mews|Gardens|Grove|Hill|Walk|Quay|Loop|Plaza|Alley|Pike"
)
_PREFIX_WORD = (
    "Rue|Via|Calle|Avenida|Piazza|Plaza|Place|Allée|Chemin|Quai|Viale|Corso|Rua|Travessa|Largo|Strada|Stradă|Ulica|"
    "ul\\.|Carrer|Paseo|Camino|Camiño|Trg|Boulevard|Praça|Vicolo|Impasse|Cours|Route|Rúa|Av\\.|Avda\\.|C/"
)
_ENDING = (
    "straße|strasse|str\\.|gasse|platz|weg|allee|damm|ring|straat|laan|plein|dreef|steenweg|gade|vej|gata|gatan|vägen|"
    "veien|vegen|katu|tie|utca|gränd"
)
_UNIT = r"(?:,?\s+(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Fl)\.?\s*#?\w{1,6})"
_FORMS = tuple(
    re.compile(form, flags)
    for form, flags in (
        (rf"\b\d{{1,6}}[A-Za-z]?(?:[ -]\d{{1,6}})?,?[ ]+{_WORDS}(?:{_STREET_WORD})\b\.?{_UNIT}?", 0),
        (
            (
                rf"\b(?:\d{{1,6}}[ ,]+)?(?:{_PREFIX_WORD})[ ]+(?:[\w'’.-]+[ ]+){{0,4}}?[\w'’.-]*"
                rf"(?:,?[ ]*\d{{1,5}}\w?\b){_UNIT}?"
            ),
            0,
        ),
        (rf"\b\d{{1,6}}[ ,]+(?:{_PREFIX_WORD})[ ]+{_WORDS}{_CAP}(?:[ ]+\d{{1,5}}\b)?{_UNIT}?", 0),
        (
            (
                rf"\b(?:\d{{1,6}}[ ]+)?(?:{_CAP}[ ]+){{0,2}}[^\W\d_]+(?:{_ENDING})(?:[ ]+\d{{1,5}}\w?\b)"
                rf"{_UNIT}?"
            ),
            re.IGNORECASE,
        ),
        (r"\b(?:P\.?\s?O\.?\s?Box|Box|PSC|CMR|Postfach)\s+\d{1,6}(?:,\s*Box\s+\d{1,6})?\b", re.IGNORECASE),
        (r"\b(?:APO|FPO|DPO)\s+(?:AA|AE|AP)\s+\d{5}\b", re.IGNORECASE),
        (r"\b(?:Apt|Apartment|Suite|Ste|Flat)\.?\s+#?\d{1,5}\b", re.IGNORECASE),
        (rf"\b\d{{1,6}}[ ]+(?:[^\W\d_][\w'’.-]*[ ]+){{1,3}}(?:{_STREET_WORD})\b\.?{_UNIT}", re.IGNORECASE),
    )
)


class LocationRecognizer(LocalRecognizer):
    """Countries anywhere, and towns after words such as `in`."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["LOCATION"], supported_language="en", name="places")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        if "LOCATION" not in entities:
            return []
        return [
            RecognizerResult("LOCATION", start, end, 0.6, AnalysisExplanation("places", 0.6))
            for start, end in places(text)
            if not is_vetoed(text, start, end, "LOCATION")
        ]


class StreetRecognizer(LocalRecognizer):
    """Street addresses of the US, the UK and the EU."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["STREET_ADDRESS"], supported_language="en", name="streets")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        if "STREET_ADDRESS" not in entities:
            return []
        return [
            RecognizerResult("STREET_ADDRESS", start, end, 0.7, AnalysisExplanation("streets", 0.7))
            for start, end in sorted({match.span() for form in _FORMS for match in form.finditer(text)})
        ]


def places(text: str) -> Iterator[tuple[int, int]]:
    """Ranges that are a country or state, or a town where a place is expected."""
    words = lexicon()
    tokens = list(_TOKEN.finditer(text))
    lowered = [token[0].lower().rstrip(".") for token in tokens]
    taken = set()
    for start, end in words.places(lowered):
        between = text[tokens[start].start() : tokens[end - 1].end()]
        if between[:1].isupper() and "." not in between and "\n" not in between:
            taken |= set(range(start, end))
            yield tokens[start].start(), tokens[end - 1].end()
    for at, token in enumerate(tokens):
        if at in taken:
            continue
        found = words.word(lowered[at])
        small = token[0].islower()
        expected = _AFTER.search(text, max(0, token.start() - 12), token.start()) is not None
        is_country = "N" in found and found[-1] != "1" and (not small or found[-1] == "0" or len(token[0]) > 4)
        # Behind a postal code a town is one however common its name is.
        coded = expected and text[: token.start()].rstrip(" ")[-1:].isdigit()
        rare = coded or found[-1] in "03" or (words.is_name(lowered[at]) and "G" not in found)
        is_town = "C" in found and rare and len(token[0]) > 3 and (not small or found[-1] == "0")
        if (is_country and ("G" not in found or expected)) or (is_town and expected):
            yield token.start(), token.start() + len(lowered[at])
