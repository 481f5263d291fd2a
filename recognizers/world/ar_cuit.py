"""Argentine tax numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AR_CUIT",
    summary="Argentine CUIT or CUIL: kind, eight digits, check digit, hyphenated or in context.",
    source="AFIP (Argentina), Resolución General 1817; ANSES for CUIL",
    patterns=(
        Pattern(name="hyphenated", regex=r"(?:2[03-7]|3[034])-\d{8}-\d", score=0.75, checksum="stdnum.ar.cuit"),
        Pattern(
            name="plain",
            regex=r"(?:2[03-7]|3[034]) ?\d{8} ?\d",
            score=0.5,
            checksum="stdnum.ar.cuit",
            needs_context=True,
        ),
    ),
    context=("cuit", "cuil", "c.u.i.t", "cuit/cuil", "afip"),
    examples=(
        "CUIT «20-21525646-5»",
        "cuil: «20322055464»",
        "titular «20-22972684-7», Rosario",
    ),
    non_examples=(
        "CUIT 20-21525646-6 fails",
        "20322055464 alone",
        "CUIT 19-21525646-5",
    ),
)
