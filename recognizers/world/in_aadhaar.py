"""Indian Aadhaar numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IN_AADHAAR",
    summary="Indian Aadhaar number (12 digits, Verhoeff, no palindrome) in groups of four or next to a word like "
    "Aadhaar, and its 16-digit virtual id.",
    source="Aadhaar Act 2016 s. 4; UIDAI, Aadhaar number and virtual id",
    patterns=(
        Pattern(
            name="grouped", regex=r"[2-9]\d{3}(?: \d{4} \d{4}|-\d{4}-\d{4})", score=0.4, checksum="stdnum.in_.aadhaar"
        ),
        Pattern(name="plain", regex=r"[2-9]\d{11}", score=0.55, checksum="stdnum.in_.aadhaar", needs_context=True),
        Pattern(
            name="virtual id",
            regex=r"[2-9]\d{3}(?:[ -]?\d{4}){3}",
            score=0.55,
            checksum="stdnum.in_.vid",
            needs_context=True,
        ),
    ),
    context=(
        "aadhaar", "aadhar", "adhaar", "aadhaar number", "aadhaar no", "uidai", "uid number",
        "virtual id", "vid", "आधार",
    ),
    examples=(
        "Aadhaar «9352 8862 4120»",
        "aadhaar no: «657030783092»",
        "UIDAI says «2715-3470-2567»",
        "my Aadhaar virtual ID «4993 6749 3282 8014»",
    ),
    non_examples=(
        "Aadhaar 9352 8862 4121 fails",
        "order 657030783092",
        "aadhaar 3333 3333 3333 is a palindrome",
        "aadhaar 1352 8862 4120",
    ),
)  # fmt: skip
