"""Personal identification numbers of Denmark."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DK_CPR",
    summary="Danish civil registration number (CPR): birth date and serial; the modulus 11 check was given up in "
    "2007, so only the date is checked, and a word like CPR counts.",
    source="CPR-kontoret, 'Personnummeret i CPR'",
    patterns=(
        Pattern(name="with hyphen", regex=r"[0-3]\d[01]\d{3}-\d{4}", score=0.35, checksum="stdnum.dk.cpr"),
        Pattern(
            name="in context",
            regex=r"[0-3]\d[01]\d{3} ?\d{4}",
            score=0.35,
            checksum="stdnum.dk.cpr",
            needs_context=True,
        ),
    ),
    context=(
        "cpr", "cpr-nummer", "cpr-nr", "cpr number", "personnummer", "danish personal number",
        "civil registration number",
    ),
    examples=("CPR «211062-5629»", "CPR-nummer: «0101801234»", "personnummer «311299 0123»"),
    non_examples=("CPR 321062-5629", "CPR 211362-5629", "order 2110625629"),
)  # fmt: skip
