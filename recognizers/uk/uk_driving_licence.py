"""Driving licence numbers of Great Britain and Northern Ireland."""

from recognizers.recognizer import Pattern, Recognizer

_BIRTH = r"\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d"

RECOGNIZER = Recognizer(
    entity="UK_DRIVING_LICENCE",
    summary="Great Britain driver number, 16 characters made of surname, birth date and initials (and issue number), "
    "or the eight digits of Northern Ireland next to a word like driving licence.",
    source="DVLA, INF45 and the Home Office's code list for driver numbers; DVA Northern Ireland",
    patterns=(
        Pattern(
            name="driver number",
            regex=rf"[A-Z][A-Z9]{{4}} ?{_BIRTH} ?[A-Z][A-Z9][A-Z0-9][A-Z]{{2}}(?: ?\d{{2}})?",
            score=0.8,
        ),
        Pattern(
            name="in lower case",
            regex=rf"[a-z][a-z9]{{4}}{_BIRTH}[a-z][a-z9][a-z0-9][a-z]{{2}}",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(name="northern ireland", regex=r"\d{8}", score=0.1, needs_context=True),
    ),
    context=(
        "driving licence", "driving licence number", "driver number", "driver licence", "dvla", "dva", "licence number",
        "licence no",
    ),
    examples=(
        "it is «MORGA657054SM9IJ».",
        "licence «MORGA 657054 SM9IJ 35» was shown",
        "«FOX99512313A99AB»",
        "driving licence morga: «morga657054sm9ij»",
        "Northern Ireland driving licence «12345678»",
    ),
    non_examples=(
        "MORGA697054SM9IJ has no such month",
        "MORGA657954SM9IJ has no such day",
        "the number 12345678 alone",
    ),
)  # fmt: skip
