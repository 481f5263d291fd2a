"""Identity card numbers of Belgium."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BE_ID_CARD",
    summary="Belgian identity card number: 3-7-2 digits, the last two modulus 97; without hyphens next to a word like"
    " identity card.",
    source="Belgian Federal Public Service Home Affairs, 'eID'; check digits as in python-stdnum be.eid",
    patterns=(
        Pattern(name="grouped", regex=r"\d{3}-\d{7}-\d{2}", score=0.6, checksum="stdnum.be.eid"),
        Pattern(
            name="in context",
            regex=r"\d{3}[ .]?\d{7}[ .]?\d{2}",
            score=0.4,
            checksum="stdnum.be.eid",
            needs_context=True,
        ),
        Pattern(name="foreigner", regex=r"B[ -]?\d{7}[ -]?\d{2}", score=0.3, needs_context=True),
    ),
    context=(
        "identiteitskaart", "identiteitskaartnummer", "carte d'identite", "carte identite", "identite", "eid",
        "eid card", "belgian id", "kaartnummer", "numero de carte",
    ),
    examples=("identiteitskaart «592-1917065-38»", "eID «592191706538»", "carte d'identité «591-0123456-77»"),
    non_examples=("identiteitskaart 592-1917064-50", "account 592191706458", "B 1234567 89 is a part"),
)  # fmt: skip
