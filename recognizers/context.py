"""Context words: what stands near a candidate and says which number it is.

They count before a match within `CONTEXT_WINDOW_CHARS` raw characters, and after it behind a bounded connector
(`536228726 is my SSN`, `536228726 (SSN)`). The words after a match are few, because the reverse automaton has to hold
a candidate while one of them may still come. A word matches as a whole, in any case, spaces and hyphens alike; Greek,
Cyrillic and unspaced scripts are compared as they are written.

A *label* is a context word with nothing but `is`, `number`, `:` and the like between it and the match. The label of
something that is no identifier of anybody (`order`, `version`, `ISBN` ...) undoes words further away.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from recognizers.normalize import OTHER, OTHER_LETTER, fold, read
from recognizers.recognizer import CONTEXT_WINDOW_CHARS
from recognizers.syntax import Shape, parse

OTHER_LABEL, NO_CONTEXT, NEAR, LABEL = -1, 0, 1, 2
"""How well context fits, in rising order."""

AFTER_WORDS = (
    "ssn", "social security number", "social security", "itin", "ein", "tax id", "tax number", "phone", "phone number",
    "telephone", "telephone number", "mobile", "mobile number", "cell", "cell number", "cell phone", "fax",
    "fax number", "mrn", "medical record number", "patient id", "patient number", "chart number", "member id",
    "account number", "bank account number", "bank account", "routing number", "sort code", "passport",
    "passport number", "license number", "licence number", "driver's license", "driver's license number",
    "driving licence", "driving licence number", "national insurance number", "nhs number", "national id",
    "id number", "policy number", "claim number", "npi", "dea number", "medicare number", "medicaid number",
    "zip code", "postcode", "pin", "vat number", "sin", "employee id",
)  # fmt: skip
"""Context words that also count behind a match, for recognizers that name them."""
_DETERMINERS = "(?:my|your|his|her|its|our|their|the|an?|this|that)"
_ADJECTIVES = "(?:old|new|full|home|work|own|current|patient's|customer's|client's)"
_CONNECTOR = rf"(?: ?[(\[] ?|,? (?:is|was|as|for) (?:{_DETERMINERS} (?:{_ADJECTIVES} )?)?)"
AFTER_REGEX = rf"{_CONNECTOR}(?:{'|'.join(AFTER_WORDS)})"
AFTER = parse(AFTER_REGEX, ignore_case=True)
"""What the reverse automaton has behind every pattern that a word after it can help."""
AFTER_MATCH_CHARS_MIN = 5
"""Shorter candidates are too frequent in prose to be held for what may follow."""

_LETTER = re.compile(r"[^\W\d_]")
_LABEL_GAP_CHARS = 24
_GAP = r"(?:[ \t\"'`*_:=#>|\[({~-]|is|was|are|no|nr|num|number|id|code|are|\.)*"
_OTHER_LABEL = re.compile(
    r"(?<![^\W_])(?:orders?|invoices?|tickets?|tracking|versions?|ver|build|release|commit|issues?|bug|issn|sku|part|"
    r"isbn(?:-1[03])?|model|room|page|line|port|step|chapter|section|sec|paragraph|clause|figure|table|flight|train|"
    r"gate|pmid|pmcid|doi|arxiv|stock|item|article|product|asin|upc|po|lot|batch|job|run|revision|rev|pr|rfc|bpo|gh|"
    r"pull request|merge request|icd(?:-?10)?|cpt|loinc|snomed(?: ct)?|rxnorm|hcpcs|timestamp|epoch|error|population|"
    r"total|price|cost)(?: (?:no\.?|nr\.?|number|num|id|code|#))?[ \t\"'`:=#>-]{0,4}\Z"
)


class _ContextTable(dict[int, str]):
    """As the folded view, but letters of other scripts stay what they are, in lower case."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = char.lower() if code < 128 else fold(char).lower()
        if shown in (OTHER_LETTER, OTHER) and char.isalpha():
            shown = unicodedata.normalize("NFKD", char.casefold())[0]
        self[code] = shown
        return shown


_TABLE = _ContextTable()


def context_folded(text: str) -> str:
    """A text as context words are compared."""
    return text.translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Context:
    """The context words of a recognizer, ready to run."""

    before: re.Pattern[str]
    after: re.Pattern[str] | None


def compile_context(words: tuple[str, ...]) -> Context | None:
    """Whole words or phrases, their plurals too; None without words."""
    if not words:
        return None
    alternatives = "|".join(map(_form, words))
    known = set(words)
    after = [word for word in AFTER_WORDS if word in known]
    return Context(
        re.compile(rf"(?:{alternatives})"),
        re.compile(rf"{_CONNECTOR}(?:{'|'.join(after)})(?:s|es)?(?![A-Za-z0-9ø])", re.ASCII | re.IGNORECASE)
        if after
        else None,
    )


def _form(word: str) -> str:
    """A word's regex. Unspaced scripts have no word boundary to look for."""
    seen = context_folded(word)
    body = "[ _-]?".join(re.escape(part) for part in re.split(r"[ _-]", seen))
    before = "" if _is_unspaced(seen[0]) else r"(?<![^\W_])"
    after = "" if _is_unspaced(seen[-1]) else r"(?:s|es)?(?![^\W_])"
    return f"{before}{body}{after}"


def _is_unspaced(char: str) -> bool:
    return not char.isascii() and fold(char) == OTHER


def can_follow(context: Context | None, shape: Shape, room: int) -> bool:
    """Whether words after a match of this shape can help it, in a hold-back with so much room."""
    if context is None or context.after is None:
        return False
    return shape.shortest >= AFTER_MATCH_CHARS_MIN and shape.longest + AFTER.longest <= room


def has_context(context: Context | None, raw: str, start: int, *, json_text: bool = False) -> int:
    """How well the words before raw offset `start` fit; `OTHER_LABEL` when nothing does and another label is there. One
    character more than the window is read, so that a word that the window cuts does not count as a whole one."""
    window = raw[max(0, start - CONTEXT_WINDOW_CHARS - 1) : start]
    seen = context_folded(read(window, json_text=json_text, final=True).chars)
    if _LETTER.search(seen) is None:
        return NO_CONTEXT
    found = None
    at = 1 if start > CONTEXT_WINDOW_CHARS else 0
    while context is not None and (match := context.before.search(seen, at)) is not None:
        found, at = match, match.end()
    if found is None:
        return OTHER_LABEL if _OTHER_LABEL.search(seen) else NO_CONTEXT
    gap = seen[found.end() :]
    if len(gap) <= _LABEL_GAP_CHARS and re.fullmatch(_GAP, gap):
        return LABEL
    other = _OTHER_LABEL.search(seen, found.end())
    return NEAR if other is None else OTHER_LABEL
