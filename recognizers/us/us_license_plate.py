"""United States licence plates."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_LICENSE_PLATE",
    summary="Number of a licence plate in a form of the US states, next to a word like licence plate.",
    source="45 CFR 164.514(b)(2)(i)(L); the states' serial forms (common form: letters and digits, two to eight)",
    patterns=(
        Pattern(
            name="letters first",
            regex=r"[A-Z]{2,4}[ -]?\d{3,5}[A-Z]?|[A-Z]{3}[ -]?\d{2}[A-Z]?|[A-Z][ -]?\d{4,6}",
            score=0.4,
            needs_context=True,
        ),
        Pattern(
            name="digits first",
            regex=r"\d{3,4}[ -]?[A-Z]{2,4}|\d{1,3}[ -]?[A-Z]{2,3}[ -]?\d{2,4}",
            score=0.4,
            needs_context=True,
        ),
        Pattern(name="mixed", regex=r"[A-Z]\d{2}[ -]?\d?[A-Z]{2,3}|\d{2}[A-Z] ?\d{3}", score=0.4, needs_context=True),
    ),
    context=(
        "license plate", "licence plate", "license plate number", "plate number", "plate no", "plate #", "vehicle tag",
        "tag number", "vehicle plate", "car plate", "license tag",
    ),
    examples=(
        "license plate «ABC 1234» of Ohio",
        "plate number: «7ABC123» (California)",
        "vehicle tag «123-XYZ»",
        "license plate «AB12345»",
    ),
    non_examples=(
        "the plate ABC is empty",
        "flight ABC 1234 is late",
        "license plate of the old kind",
        "size ABC1234 in blue",
    ),
)  # fmt: skip
