"""Personal identification numbers of Liechtenstein."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="LI_PEID",
    summary="Liechtenstein personal identification number (PEID), 4 to 12 digits without a check digit, next to a "
    "word like PEID.",
    source="Amt für Informatik of Liechtenstein; OECD, Tax identification numbers, Liechtenstein",
    patterns=(
        Pattern(name="in context", regex=r"\d{4,12}", score=0.3, needs_context=True),
        Pattern(
            name="labelled",
            regex=r"PID[ :#-]{1,3}(?:Nr\.? ?)?(\d{4,12})",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "peid", "pe-id", "peid-nr", "peid-nummer", "personenidentifikationsnummer", "pid-nr", "pid-nummer",
        "liechtenstein tax number",
    ),
    examples=("PEID «1234567»", "PEID-Nr. «000012345678»", "Personenidentifikationsnummer: «98765»"),
    non_examples=("number 1234567", "PEID 123", "the year 1984"),
)  # fmt: skip
