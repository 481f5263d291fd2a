"""International bank account numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IBAN_CODE",
    summary="International bank account number: country, length and check digits agree.",
    source="ISO 13616-1; SWIFT IBAN registry",
    patterns=(
        Pattern(
            name="iban",
            regex=r"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}",
            score=1.0,
            checksum="iban",
            ignore_case=True,
        ),
    ),
    examples=(
        "to «DE89370400440532013000».",
        "to «DE89 3704 0044 0532 0130 00» AND MORE",
        "«MT84MALT011000012345MTLCAST001S»",
        "«gb29nwbk60161331926819» in lower case",
        "«NO9386011117947»",
    ),
    non_examples=("DE88370400440532013000", "XX89370400440532013000", "AB12 is a row"),
)
