"""Turkish identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="TR_NATIONAL_ID",
    summary="Turkish identification number (T.C. Kimlik No): eleven digits of which two are check digits, in context.",
    source="Law 5490 on Population Services (Turkey); NVI",
    patterns=(
        Pattern(name="number", regex=r"[1-9]\d{10}", score=0.5, checksum="stdnum.tr.tckimlik", needs_context=True),
    ),
    context=(
        "tc kimlik",
        "t.c. kimlik",
        "kimlik",
        "tc kimlik no",
        "kimlik no",
        "kimlik numarasi",
        "tckn",
        "turkish id",
    ),
    examples=(
        "TC Kimlik No: «64071611602»",
        "TCKN «44966093102»",
        "kimlik numarası «22130727060»",
    ),
    non_examples=(
        "TCKN 64071611603 fails",
        "64071611602 alone",
        "kimlik 04071611602",
    ),
)
