"""Personal numbers of Hungary."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="HU_PERSONAL_ID",
    summary="Hungarian personal number (személyi azonosító): sex and century, birth date, serial, check digit; "
    "written 1-6-4, or next to a word like személyi szám.",
    source="Act XX of 1996 of Hungary, annex",
    patterns=(
        Pattern(name="grouped", regex=r"[1-8][ -]\d{2}[01]\d[0-3]\d[ -]\d{4}", score=0.6, checksum="hu_personal"),
        Pattern(
            name="in context",
            regex=r"[1-8]\d{2}[01]\d[0-3]\d{5}",
            score=0.4,
            checksum="hu_personal",
            needs_context=True,
        ),
    ),
    context=(
        "szemelyi szam", "szemelyi szama", "szemelyi azonosito", "szemelyi azonosito szam", "szemelyi",
        "hungarian personal number",
    ),
    examples=("személyi szám «1-800101-1238»", "it is «2 751231 4569»", "személyi azonosító: «30203040127»"),
    non_examples=("személyi szám 1-800101-1230", "order 30203040127", "személyi szám 1-801301-1234"),
)  # fmt: skip
