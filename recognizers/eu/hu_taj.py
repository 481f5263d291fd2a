"""Social insurance numbers of Hungary."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="HU_TAJ",
    summary="Hungarian social insurance number (TAJ), nine digits with a check digit, next to a word like TAJ.",
    source="Act XX of 1996 of Hungary, annex; NEAK, 'TAJ szám'",
    patterns=(
        Pattern(
            name="in context",
            regex=r"\d{3}[ -]?\d{3}[ -]?\d{3}",
            score=0.4,
            checksum="hu_taj",
            needs_context=True,
        ),
    ),
    context=(
        "taj", "taj-szam", "taj szam", "taj szama", "tajszam", "tb-szam", "tarsadalombiztositasi azonosito",
        "hungarian social security",
    ),
    examples=("TAJ «123 456 788»", "TAJ szám: «037465120»", "tajszám «987-654-322»"),
    non_examples=("TAJ 123 456 780", "row 037465120", "the Taj Mahal, built 1653"),
)  # fmt: skip
