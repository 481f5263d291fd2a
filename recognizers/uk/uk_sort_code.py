"""Sort codes of the United Kingdom, alone or with the account number."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_SORT_CODE",
    summary="UK bank sort code next to a word like sort code, with the account number where it follows.",
    source="Pay.UK, 'Sorting codes'; Vocalink, 'Validating account numbers'",
    patterns=(
        Pattern(name="with account", regex=r"\d{2}[ -]\d{2}[ -]\d{2}[ ,/]{1,2}\d{8}", score=0.5, needs_context=True),
        Pattern(name="in context", regex=r"\d{2}[ -]?\d{2}[ -]?\d{2}", score=0.4, needs_context=True),
    ),
    context=("sort code", "sort-code", "sorting code", "bank sort code", "s/c"),
    examples=(
        "sort code «20-00-00»",
        "Sort Code: «200000»",
        "sortcode «20 00 00»",
        "pay to sort code «20-00-00 55779911»",
    ),
    non_examples=("born 20-00-00", "the code 200000", "sort codes are 6 digits"),
)
