"""Social insurance numbers of Austria."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AT_SOCIAL_SECURITY",
    summary="Austrian social insurance number (SV-Nummer): serial, check digit, birth date; ten digits next to a word"
    " like SVNR, or written 4-6.",
    source="ASVG section 31(4); Dachverband der Sozialversicherungsträger, 'Versicherungsnummer'",
    patterns=(
        Pattern(name="grouped", regex=r"[1-9]\d{3} [0-3]\d[01]\d{3}", score=0.6, checksum="at_vnr"),
        Pattern(
            name="in context",
            regex=r"[1-9]\d{3}[ /-]?[0-3]\d[01]\d{3}",
            score=0.4,
            checksum="at_vnr",
            needs_context=True,
        ),
    ),
    context=(
        "sv-nummer", "sv-nr", "svnr", "sv nr", "sozialversicherungsnummer", "sozialversicherung", "versicherungsnummer",
        "vsnr", "e-card", "austrian social security",
    ),
    examples=(
        "SV-Nummer «1237 010180»",
        "SVNR: «4561241275»",
        "it is «7829 280755»",
        "Sozialversicherungsnummer «3484/150390»",
    ),
    non_examples=("SV-Nummer 1230 010180", "order 4561241275", "SV-Nummer 1237 450180"),
)  # fmt: skip
