"""Australian business numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AU_ABN",
    summary="Australian Business Number: eleven digits, modulo 89, of companies and sole traders.",
    source="A New Tax System (Australian Business Number) Act 1999; Australian Business Register, format of the ABN",
    patterns=(
        Pattern(name="grouped", regex=r"\d{2} \d{3} \d{3} \d{3}", score=0.45, checksum="stdnum.au.abn"),
        Pattern(name="plain", regex=r"\d{11}", score=0.4, checksum="stdnum.au.abn", needs_context=True),
    ),
    context=("abn", "australian business number", "business number"),
    examples=(
        "ABN «20 191 327 423»",
        "abn: «44643114367»",
        "Australian Business Number «93060926342»",
    ),
    non_examples=(
        "ABN 20 191 327 424 fails",
        "in all 44643114367 bytes",
        "ABN is an acronym",
    ),
)
