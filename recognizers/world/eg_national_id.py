"""Egyptian national ids."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="EG_NATIONAL_ID",
    summary="Egyptian national id: century, date of birth, governorate, sequence, fourteen digits in context.",
    source="Civil Status Law 143 of 1994 (Egypt); Civil Status Organization, structure of the number",
    patterns=(
        Pattern(
            name="number",
            regex=r"[23]\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{7}",
            score=0.55,
            checksum="eg_national_id",
            needs_context=True,
        ),
    ),
    context=(
        "egyptian id", "egypt id", "egyptian national id", "national id", "raqam qawmi",
        "al-raqam al-qawmi", "الرقم القومي",
    ),
    examples=(
        "Egyptian national ID «29001011234567»",
        "national id: «30112310101234»",
        "raqam qawmi «28507150201234»",
    ),
    non_examples=(
        "national id 29013011234567",
        "29001011234567 alone",
        "Egyptian ID 2900101123456",
    ),
)  # fmt: skip
