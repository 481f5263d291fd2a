"""Payment card numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CREDIT_CARD",
    summary="Primary account number of a payment card, 12 to 19 digits with a valid Luhn check digit.",
    source="ISO/IEC 7812-1 (lengths, Luhn in annex B); PCI DSS v4.0.1 requirement 3",
    patterns=(
        Pattern(name="pan", regex=r"\d(?:[ -]{0,3}\d){11,18}", score=1.0, checksum="card"),
        Pattern(name="dotted", regex=r"\d{4}\.\d{4}\.\d{4}\.\d{4}(?:\.?\d{1,3})?", score=1.0, checksum="card"),
        Pattern(name="dotted amex", regex=r"\d{4}\.\d{6}\.\d{4,5}", score=1.0, checksum="card"),
    ),
    examples=(
        "card «4111 1111 1111 1111» was charged",
        "«4111111111111111», «5555-5555-5555-4444»",
        "Amex «3782 822463 10005»",
        "19 digits: «6304000000000000000»",
        "12 digits «501800000009»",
        "«4111.1111.1111.1111» with dots",
        "1 «4111 1111 1111 1111» 12",
        "full width «４１１１ １１１１ １１１１ １１１１»",
        "«4111‑1111‑1111‑1111» with non-breaking hyphens",
        "zero width «4111\u200b1111\u200b1111\u200b1111»",
        "encoded «4111%201111%201111%201111» once",
        "id_«4111111111111111»",
    ),
    non_examples=(
        "4111 1111 1111 1112 fails Luhn",
        "0000 0000 0000 0000",
        "the timestamp 1700000000123",
        "sha a4111111111111111b",
    ),
)
