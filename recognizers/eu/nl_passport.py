"""Passport and identity card numbers of the Netherlands."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="NL_PASSPORT",
    summary="Dutch passport or identity card number: two letters, six letters or digits without O, one digit, next to"
    " a word like paspoort.",
    source="RvIG, 'Documentnummer'; check of shape as in python-stdnum nl.identiteitskaartnummer",
    patterns=(
        Pattern(name="in context", regex=r"[A-NP-Z]{2}[A-NP-Z0-9]{6}\d", score=0.3, needs_context=True),
    ),
    context=(
        "paspoort", "paspoortnummer", "identiteitskaart", "identiteitskaartnummer", "documentnummer", "id-kaart",
        "idkaart", "dutch passport", "dutch id", "nik", "id-nummer",
    ),
    examples=("paspoort «NL1234AB5»", "documentnummer: «SPECI2014»", "Dutch passport «XR1001R58»"),
    non_examples=("part XR1001R58", "paspoort XO1001R58", "paspoort NL12"),
)  # fmt: skip
