"""Australian tax file numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AU_TFN",
    summary="Australian tax file number: eight or nine digits with a valid weighted sum, next to a word like TFN.",
    source="Income Tax Assessment Act 1936 part VA; ATO, TFN algorithm",
    patterns=(
        Pattern(name="number", regex=r"\d{3} ?\d{3} ?\d{2,3}", score=0.4, checksum="stdnum.au.tfn", needs_context=True),
    ),
    context=("tfn", "tax file number", "tax file no", "tax file"),
    examples=(
        "TFN: «478 878 384»",
        "her tax file number is «837261675»",
        "tax file no. «658 948 113»",
    ),
    non_examples=(
        "TFN 478 878 385 fails",
        "the order 837261675",
        "478 878 384 people",
    ),
)
