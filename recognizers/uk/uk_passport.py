"""Passport numbers of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_PASSPORT",
    summary="British passport number, nine digits (before 1988 and in some series two letters and seven digits), next"
    " to a word like passport.",
    source="HM Passport Office, 'Passport number'; Presidio's UK_PASSPORT for the form with letters",
    patterns=(
        Pattern(
            name="labelled",
            regex=r"(?:uk|gb|british) passport(?: ?(?:number|num|no\.?|id|#))?(?: is)?[ :#=]{0,3}(\d{9}|[A-Z]{2}\d{7})",
            score=0.95,
            ignore_case=True,
        ),
        Pattern(name="in context", regex=r"\d{9}", score=0.1, needs_context=True),
    ),
    context=("uk passport", "british passport", "passport", "passport number", "hm passport office", "hmpo"),
    examples=(
        "her British passport number is «533401372»",
        "UK passport: «533401372»",
        "GB passport no. «AB1234567»",
        "HMPO issued «533401372»",
    ),
    non_examples=("order 533401372", "UK passport 53340137", "a British passport and 533 others"),
)
