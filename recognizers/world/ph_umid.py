"""Philippine unified ids."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PH_UMID",
    summary="Common reference number of the Philippine Unified Multi-Purpose ID: 4-7-1 digits in context.",
    source="Common form; SSS, Unified Multi-Purpose ID card (Executive Order 700 of 2008)",
    patterns=(Pattern(name="crn", regex=r"\d{4}[ -]?\d{7}[ -]?\d", score=0.5, needs_context=True),),
    context=("umid", "crn", "common reference number", "umid card", "unified multi purpose id"),
    examples=(
        "UMID «0111-1234567-8»",
        "CRN-«0111-1234567-8» is hers",
        "common reference number: «011112345678»",
    ),
    non_examples=(
        "0111-1234567-8 alone",
        "UMID 0111-123456-8",
        "UMID card",
    ),
)
