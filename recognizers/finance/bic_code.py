"""Business identifier codes."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BIC_CODE",
    summary="Business identifier code (SWIFT code) of a bank: 8 or 11 characters with a country that exists, next to a "
    "word like BIC.",
    source="ISO 9362; ISO 3166-1 for the country",
    patterns=(
        Pattern(
            name="bic",
            regex=r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
            score=0.4,
            checksum="stdnum.bic",
            needs_context=True,
        ),
    ),
    context=(
        "bic",
        "bic code",
        "bic/swift",
        "swift",
        "swift code",
        "swift/bic",
        "swift number",
        "bank identifier code",
    ),
    examples=(
        "BIC: «DEUTDEFF500»",
        "SWIFT code «CHASUS33», please",
        "swift/bic «NEDSZAJJXXX».",
    ),
    non_examples=(
        "DEUTDEFF alone",
        "swift code DEUTQQFF has no such country",
        "BIC DEUTDEF is short",
        "the BIC of a COMPUTER",
    ),
)
