"""Hong Kong identity cards."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="HK_ID",
    summary="Hong Kong identity card number: one or two letters, six digits, check digit in brackets; without "
    "brackets in context.",
    source="Registration of Persons Ordinance (Cap. 177); Immigration Department",
    patterns=(
        Pattern(name="brackets", regex=r"[A-Z]{1,2}\d{6} ?\([0-9A]\)", score=0.8, checksum="hk_id"),
        Pattern(
            name="plain",
            regex=r"[A-Z]{1,2}\d{6}(?:\([0-9A]\)|[0-9A])",
            score=0.5,
            checksum="hk_id",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "hkid", "hk id", "hong kong id", "hkid no", "hong kong identity card", "identity card",
        "身份證", "香港身份證",
    ),
    examples=(
        "HKID «A123456(3)»",
        "card «Z683365(A)» of Hong Kong",
        "hk id: «a1234563»",
    ),
    non_examples=(
        "A123456(4) fails",
        "A1234563 alone",
        "HKID A12345(3)",
    ),
)  # fmt: skip
