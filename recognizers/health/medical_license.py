"""DEA registration numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MEDICAL_LICENSE",
    summary="DEA registration number of a prescriber: registrant letter, letter or 9, seven digits with a check digit; "
    "alone only at a low score.",
    source="21 CFR 1301.13 and 1306.05; DEA Diversion Control Division, registrant types and check digit",
    patterns=(
        Pattern(name="dea", regex=r"[A-HJ-MPRSTUX][A-Z9]\d{7}", score=0.4, checksum="dea"),
        Pattern(
            name="lower case",
            regex=r"[a-hj-mprstux][a-z9]\d{7}(?:-[a-z0-9]{1,7})?",
            score=0.4,
            checksum="dea",
            needs_context=True,
        ),
    ),
    context=(
        "dea", "dea number", "dea no", "dea#", "dea #", "dea registration", "dea license", "drug enforcement",
        "prescriber", "controlled substance", "medical license", "practitioner",
    ),
    examples=(
        "DEA: «BJ3847196»",
        "dea number «fr7192040»",
        "prescriber registration «A94827169»",
        "DEA# «FR7192040».",
    ),
    non_examples=(
        "DEA BJ3847195 fails the check",
        "part BJ3847196 is at a low score",
        "DEA NJ3847196 has no such type",
        "DEA BJ384719",
    ),
)  # fmt: skip
