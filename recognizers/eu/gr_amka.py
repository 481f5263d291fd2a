"""Social security numbers of Greece."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="GR_AMKA",
    summary="Greek social security number (AMKA), eleven digits: birth date, serial, Luhn check digit.",
    source="Act 3655/2008 of Greece, article 153; IDIKA, 'AMKA'",
    patterns=(
        Pattern(
            name="plain",
            regex=r"[0-3]\d[01]\d{8}",
            score=0.4,
            checksum="stdnum.gr.amka",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(
            name="in context",
            regex=r"[0-3]\d[01]\d{3}[ -]\d{5}",
            score=0.4,
            checksum="stdnum.gr.amka",
            needs_context=True,
        ),
    ),
    context=("amka", "arithmos mitroou koinonikis asfalisis", "greek social security", "αμκα"),
    examples=("AMKA «01013111115»", "AMKA: «151280-01235»", "Greek social security «24029512340»"),
    non_examples=("AMKA 01013111110", "AMKA 32013111116", "0.01013111115"),
)
