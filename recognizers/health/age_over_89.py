"""Ages over 89."""

from recognizers.recognizer import Pattern, Recognizer

_AGE = r"(9\d|1[0-2]\d)"
_AGED = r"(?:aged|age[:=]?|age of|age is|age was|turned|turning)[ \t]{1,2}"
_OF = "A-Za-z0-9ø.,/$-"

RECOGNIZER = Recognizer(
    entity="AGE_OVER_89",
    summary="Age of 90 to 129 years; only the number is redacted. Safe Harbor allows one category of 90 or older.",
    source="45 CFR 164.514(b)(2)(i)(C)",
    patterns=(
        Pattern(
            name="years old",
            regex=_AGE + r"(?:[ -]{0,3}(?:years?|yrs?)[ -]{0,3}old| ?-? ?y[./]?o\.?| ?-?yr[ -]old)",
            score=0.7,
            not_preceded_by=_OF,
            ignore_case=True,
        ),
        Pattern(
            name="aged",
            regex=_AGED + _AGE,
            score=0.6,
            not_followed_by="A-Za-z0-9ø%,-",
            ignore_case=True,
        ),
        Pattern(
            name="aged, comma",
            regex=_AGED + _AGE + r",[ \n]",
            score=0.6,
            not_followed_by="",
            ignore_case=True,
        ),
        Pattern(
            name="words",
            regex=r"(ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)[ -]years?[ -]old",
            score=0.7,
            ignore_case=True,
        ),
        Pattern(name="field", regex=r"[\"']age[\"'] ?: ?[\"']?" + _AGE, score=0.6, not_preceded_by=""),
        Pattern(name="years of age", regex=_AGE + r" years? of age", score=0.7, not_preceded_by=_OF),
    ),
    examples=(
        "a «92»-year-old woman",
        "he is «101» years old, aged «101»",
        "Age: «97»",
        "her husband, aged «90», and a «ninety-two»-year-old aunt",
        "«94»yo male, «90» y/o wife",
        '{"age": «93»}',
    ),
    non_examples=(
        "an 89-year-old man",
        "aged 85",
        "age 9, age 900, 190 years old",
        "a page of 92 lines, voltage 95",
        "the ages 1990-2000",
    ),
)
