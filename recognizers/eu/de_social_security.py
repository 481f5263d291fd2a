"""Pension insurance numbers of Germany."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_SOCIAL_SECURITY",
    summary="German pension insurance number (Rentenversicherungsnummer, Sozialversicherungsnummer): area, birth "
    "date, initial, serial, check digit.",
    source="VKVV section 2 and annex; Deutsche Rentenversicherung, 'Versicherungsnummer'",
    patterns=(
        Pattern(name="number", regex=r"\d{2} ?[0-3]\d[01]\d{3} ?[A-Z] ?\d{3}", score=0.6, checksum="de_rvnr"),
        Pattern(
            name="in context",
            regex=r"\d{2} ?\d{6} ?[A-Z] ?\d{2} ?\d",
            score=0.4,
            checksum="de_rvnr",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "rentenversicherungsnummer", "sozialversicherungsnummer", "versicherungsnummer", "rvnr", "rv-nummer",
        "sv-nummer", "sv-nr", "svnr", "sozialversicherungsausweis", "german social security",
    ),
    examples=("Rentenversicherungsnummer «65 170839 J 003»", "SVNR «15070649C103»", "it is «12 010180 M 013»"),
    non_examples=("Rentenversicherungsnummer 65 170839 J 000", "RVNR 15451649C103", "15070649 C"),
)  # fmt: skip
