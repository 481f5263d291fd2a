"""Driving licence numbers of Germany."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_FUEHRERSCHEIN",
    summary="German driving licence number: authority, serial, check digit and copy, eleven characters next to a word"
    " like Führerschein.",
    source="Fahrerlaubnis-Verordnung, annex 8; KBA, 'Führerscheinnummer'",
    patterns=(
        Pattern(
            name="in context",
            regex=r"[A-Z]\d{2}[0-9A-Z]{6}[0-9X][0-9A-Z]",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "fuhrerschein", "fuehrerschein", "fuhrerscheinnummer", "fuehrerscheinnummer", "fuhrerschein-nr",
        "fahrerlaubnis", "driving licence", "driver license", "driving license",
    ),
    examples=(
        "Führerschein «B072RRE2I55»",
        "Führerscheinnummer: «N1234567890»",
        "German driving licence «F0100LQUA01»",
    ),
    non_examples=("part B072RRE2I55", "Führerschein B07", "Führerschein ABCDEFGHIJK"),
)  # fmt: skip
