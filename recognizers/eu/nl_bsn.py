"""Citizen service numbers of the Netherlands."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="NL_BSN",
    summary="Dutch citizen service number (BSN), nine digits that pass the eleven test: next to a word like BSN, or "
    "written 4.2.3.",
    source="Wet algemene bepalingen burgerservicenummer; RvIG, 'Burgerservicenummer'",
    patterns=(
        Pattern(name="grouped", regex=r"\d{4}\.\d{2}\.\d{3}", score=0.6, checksum="stdnum.nl.bsn"),
        Pattern(
            name="in context",
            regex=r"\d{3}[ .-]?\d{3}[ .-]?\d{3}|\d{4}[ -]\d{2}[ -]\d{3}",
            score=0.4,
            checksum="stdnum.nl.bsn",
            needs_context=True,
        ),
    ),
    context=(
        "bsn", "bsn-nummer", "bsn nummer", "burgerservicenummer", "sofinummer", "sofi-nummer", "sofi",
        "dutch social security", "citizen service number",
    ),
    examples=("BSN «111222333»", "burgerservicenummer: «123 456 782»", "it is «1234.56.782»"),
    non_examples=("BSN 111222330", "order 111222333", "BSN 000000000"),
)  # fmt: skip
