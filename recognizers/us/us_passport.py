"""United States passports."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_PASSPORT",
    summary="Number of a US passport book or card, next to a word like passport.",
    source="US Department of State, 9 FAM 303.9 (nine digits; a letter and eight digits since 2021; cards C + 8)",
    patterns=(
        Pattern(name="digits", regex=r"\d{9}", score=0.4, needs_context=True),
        Pattern(name="letter and digits", regex=r"[A-Z]\d{8}", score=0.4, needs_context=True, ignore_case=True),
    ),
    context=(
        "passport", "passport number", "passport no", "passport #", "us passport", "passport book", "passport card",
        "passport id", "travel document",
    ),
    examples=(
        "passport number «518274093»",
        "US Passport: «A19283746»",
        "her passport card «C03004786», valid until then",
    ),
    non_examples=(
        "the parcel 518274093",
        "passport 5182740 is short",
        "grid A19283746",
        "passport of A1928374612",
    ),
)  # fmt: skip
