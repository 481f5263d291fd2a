"""Enterprise identification numbers of Switzerland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CH_UID",
    summary="Swiss enterprise identification number (UID, IDE), also the VAT number; a sole proprietor's is personal "
    "data.",
    source="UIDG article 5; Federal Statistical Office, 'Unternehmens-Identifikationsnummer'; modulus 11",
    patterns=(
        Pattern(name="number", regex=r"CHE[ -]?\d{3}\.?\d{3}\.?\d{3}", score=0.9, checksum="stdnum.ch.uid"),
    ),
    context=(
        "uid", "ide", "idi", "uid-nummer", "mwst", "mwst-nr", "tva", "iva", "unternehmens-identifikationsnummer",
        "handelsregister",
    ),
    examples=("UID «CHE-100.155.212»", "MWST-Nr. «CHE-123.456.788» MWST", "it is «CHE109876542»"),
    non_examples=("UID CHE-100.155.210", "CHE-100.155", "CHF 100.155.212"),
)  # fmt: skip
