"""Foreigners' identity numbers of Spain."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ES_NIE",
    summary="Spanish identity number of a foreigner (NIE): X, Y or Z, seven digits, check letter.",
    source="Royal decree 557/2011, article 206; Orden INT/2058/2008",
    patterns=(
        Pattern(name="number", regex=r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]", score=0.7, checksum="stdnum.es.nie"),
        Pattern(
            name="in context",
            regex=r"[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z]",
            score=0.4,
            checksum="stdnum.es.nie",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "nie", "n.i.e.", "numero de identidad de extranjero", "identidad de extranjero", "extranjero", "spanish id",
        "foreigner id",
    ),
    examples=("NIE «X1234567L»", "it is «Y-7654321-G»", "nie «x1234567l»"),
    non_examples=("NIE X1234567A", "NIE X123456L", "W1234567L"),
)  # fmt: skip
