"""Nigerian identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="NG_NIN",
    summary="Nigerian National Identification Number: eleven digits in context.",
    source="NIMC Act 2007 (Nigeria); common form, no public check digit",
    patterns=(Pattern(name="number", regex=r"\d{4}[ -]?\d{3}[ -]?\d{4}", score=0.5, needs_context=True),),
    context=("nin", "nimc", "nin number", "national identification number", "nigerian nin", "virtual nin"),
    examples=(
        "NIN «70123456789»",
        "NIMC: «7012 345 6789»",
        "national identification number «12345678901» (Nigeria)",
    ),
    non_examples=(
        "70123456789 alone",
        "NIN 7012345678",
        "nin is short",
    ),
)
