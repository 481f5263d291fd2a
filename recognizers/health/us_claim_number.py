"""Health insurance claim numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_CLAIM_NUMBER",
    summary="Number of an insurance claim, next to a word like claim number, or with the prefix CLM.",
    source="CMS, 'Explanation of benefits' (claim number, no syntax); X12 837 CLM01 (up to 38 characters): "
    "common form",
    patterns=(
        Pattern(name="digits", regex=r"\d{6,18}", score=0.3, needs_context=True),
        Pattern(name="prefix", regex=r"CLM[-#: ]{0,2}\d{4,15}(?:-\d{2,10}){0,2}", score=0.6),
        Pattern(name="letters and digits", regex=r"[A-Z]{1,4}-?\d{6,15}(?:-\d{1,4})?", score=0.3, needs_context=True),
        Pattern(name="groups", regex=r"[A-Z]{0,4}\d{2,6}(?:-[A-Z0-9]{2,8}){1,3}", score=0.3, needs_context=True),
    ),
    context=(
        "claim number", "claim no", "claim id", "claim #", "claim#", "claim reference", "insurance claim",
        "medical claim", "healthcare claim", "internal control number", "icn", "dcn", "document control number",
        "transaction control number", "explanation of benefits", "eob",
    ),
    examples=(
        "claim number «2024187003311»",
        "Claim # «E771-829340»",
        "your file «CLM-20481937»",
        "ICN «2203187400023» was denied",
    ),
    non_examples=(
        "they claim 2024187003311 votes",
        "claim number 12",
        "the claim of 1987",
        "part E771829340",
    ),
)  # fmt: skip
