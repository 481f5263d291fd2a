"""Australian company numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AU_ACN",
    summary="Australian Company Number: nine digits with a check digit, next to a word like ACN.",
    source="Corporations Act 2001 s. 118; ASIC, ACN check digit",
    patterns=(
        Pattern(name="number", regex=r"\d{3} ?\d{3} ?\d{3}", score=0.4, checksum="stdnum.au.acn", needs_context=True),
    ),
    context=("acn", "arbn", "australian company number", "company number"),
    examples=(
        "ACN «281 152 896»",
        "acn: «311150035»",
        "Australian Company Number «919 981 776»",
    ),
    non_examples=(
        "ACN 281 152 897 fails",
        "the sum 311150035",
        "281 152 896 in words",
    ),
)
