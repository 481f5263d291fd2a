"""Medicare beneficiary identifiers."""

from recognizers.recognizer import Pattern, Recognizer

_A = "[AC-HJKMNP-RT-Y]"
_AN = "[AC-HJKMNP-RT-Y0-9]"
_FIRST, _SECOND, _THIRD = rf"[1-9]{_A}{_AN}\d", rf"{_A}{_AN}\d", rf"{_A}{_A}\d\d"

RECOGNIZER = Recognizer(
    entity="US_MBI",
    summary="Medicare beneficiary identifier: eleven characters, letters and digits each in their places, none of "
    "S L O I B Z.",
    source="CMS, 'Understanding the Medicare Beneficiary Identifier (MBI) format'",
    patterns=(
        Pattern(name="hyphens", regex=rf"{_FIRST}[- ]{_SECOND}[- ]{_THIRD}", score=0.85, ignore_case=True),
        Pattern(name="plain", regex=_FIRST + _SECOND + _THIRD, score=0.7),
        Pattern(name="lower case", regex=_FIRST + _SECOND + _THIRD, score=0.4, needs_context=True, ignore_case=True),
    ),
    context=(
        "mbi", "mbi number", "medicare", "medicare id", "medicare number", "medicare beneficiary", "medicare card",
        "beneficiary identifier", "beneficiary id",
    ),
    examples=(
        "MBI «1EG4-TE5-MK73»",
        "on file: «1EG4TE5MK73».",
        "medicare number «3h67ed4jk51»",
        "«5TQ2 HY7 WN88» on the card",
    ),
    non_examples=(
        "1SG4-TE5-MK73 has an S",
        "0EG4TE5MK73 begins with 0",
        "1EG4TE5MK7 is short",
        "the hash 3h67ed4jk51",
    ),
)  # fmt: skip
