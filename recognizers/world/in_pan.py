"""Indian permanent account numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IN_PAN",
    summary="Indian Permanent Account Number: five letters of which the fourth names the kind of holder, four digits, "
    "a letter.",
    source="Income-tax Act 1961 s. 139A; Income Tax Department, structure of PAN",
    patterns=(
        Pattern(name="number", regex=r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", score=0.6, checksum="stdnum.in_.pan"),
        Pattern(
            name="lower case",
            regex=r"[A-Z]{3}[ABCFGHJLPT][A-Z][ -]?\d{4}[ -]?[A-Z]",
            score=0.4,
            checksum="stdnum.in_.pan",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=("pan", "pan card", "pan number", "pan no", "permanent account number", "income tax"),
    examples=(
        "PAN «ACUPA7085R»",
        "his PAN card is «aaapl1234c»",
        "holder «AAPPV8261K» signed",
        "permanent account number «BNZAA 2318 J»",
    ),
    non_examples=(
        "PAN ABMXA3211G has no such holder",
        "ACUPA0000R",
        "the pan is hot at 1234 degrees",
        "acupa7085r alone in lower case",
    ),
)
