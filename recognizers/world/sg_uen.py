"""Singapore entity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SG_UEN",
    summary="Singapore Unique Entity Number of a business, a company or another entity, with its check letter.",
    source="ACRA, UEN formats (uen.gov.sg)",
    patterns=(
        Pattern(name="other entity", regex=r"[TRS]\d{2}[A-Z]{2}\d{4}[A-Z]", score=0.6, checksum="stdnum.sg.uen"),
        Pattern(
            name="business or company",
            regex=r"(?:(?:19|20)\d{2})?\d{5}(?:\d{3})?[A-Z]",
            score=0.5,
            checksum="stdnum.sg.uen",
            needs_context=True,
        ),
    ),
    context=("uen", "uen no", "unique entity number", "acra", "roc no"),
    examples=(
        "UEN «T15LL0544E»",
        "UEN: «201772588K»",
        "unique entity number «33639537W»",
        "the club «T15LL2223H» met",
    ),
    non_examples=(
        "UEN T15LL0544F fails",
        "201772588K alone",
        "UEN 201772588L",
    ),
)
