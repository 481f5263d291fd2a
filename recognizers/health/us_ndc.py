"""National drug codes."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_NDC",
    summary="US national drug code of ten or eleven digits, next to a word like NDC.",
    source="21 CFR 207.33 (4-4-2, 5-3-2, 5-4-1); 45 CFR 162.1002 (5-4-2 and eleven digits in claims)",
    patterns=(
        Pattern(
            name="hyphens",
            regex=r"\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2}|\d{6}-\d{4}-\d{2}",
            score=0.45,
            needs_context=True,
        ),
        Pattern(name="plain", regex=r"\d{10,11}", score=0.3, needs_context=True),
    ),
    context=("ndc", "ndc#", "ndc number", "ndc code", "national drug code", "drug code", "product ndc", "package ndc"),
    examples=(
        "NDC «0002-8215-01»",
        "national drug code: «50242-041-21»",
        "ndc «00002821501» in the claim",
        "NDC# «12345-6789-1»",
    ),
    non_examples=(
        "room 0002-8215-01",
        "NDC 0002-82-01 has no such form",
        "drug of 50242 trials",
        "call 50242-041-21",
    ),
)
