"""Identity card numbers of Poland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PL_ID_CARD",
    summary="Polish identity card number (dowód osobisty): three letters and six digits with a check digit, next to a"
    " word like dowód.",
    source="Ustawa o dowodach osobistych of 6 August 2010; check digit as of ICAO Doc 9303 part 3",
    patterns=(
        Pattern(
            name="in context",
            regex=r"[A-Z]{3} ?\d{6}",
            score=0.4,
            checksum="pl_id_card",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "dowod", "dowodu", "dowod osobisty", "dowodu osobistego", "dowodem", "nr dowodu", "seria i numer",
        "polish id card",
    ),
    examples=("dowód osobisty «ABA300000»", "nr dowodu: «CBD 912345»", "seria i numer «aze654321»"),
    non_examples=("dowód osobisty ABA000000", "part ABA300000", "dowód osobisty AB123456"),
)  # fmt: skip
