"""Saudi national ids."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SA_NATIONAL_ID",
    summary="Saudi national id or iqama: ten digits, 1 for citizens, 2 for residents, Luhn, in context.",
    source="National Information Center (Saudi Arabia), Absher; common form",
    patterns=(Pattern(name="number", regex=r"[12]\d{9}", score=0.5, checksum="sa_national_id", needs_context=True),),
    context=(
        "saudi id", "saudi national id", "iqama", "iqama number", "absher", "national id",
        "hawiya", "رقم الهوية", "الهوية الوطنية",
    ),
    examples=(
        "Saudi ID «1058529940»",
        "iqama: «2123456788»",
        "Absher national ID «1101798278»",
    ),
    non_examples=(
        "Saudi ID 1058529941 fails",
        "1058529940 alone",
        "iqama 3123456789",
    ),
)  # fmt: skip
