"""Personal public service numbers of Ireland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IE_PPS",
    summary="Irish PPS number: seven digits, check letter, and a second letter since 2013; without it next to a word "
    "like PPS.",
    source="Department of Social Protection, 'PPS number'; Social Welfare Consolidation Act 2005, section 262",
    patterns=(
        Pattern(name="two letters", regex=r"\d{7}[A-W][ABHWTX]", score=0.6, checksum="stdnum.ie.pps"),
        Pattern(name="one letter", regex=r"\d{7}[A-W]", score=0.35, checksum="stdnum.ie.pps"),
        Pattern(
            name="in context",
            regex=r"\d{7} ?[A-W] ?[A-IWTX]?",
            score=0.4,
            checksum="stdnum.ie.pps",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "pps", "ppsn", "pps number", "pps no", "personal public service", "personal public service number",
        "rsi number", "irish tax number",
    ),
    examples=("PPS number «1234567T»", "PPSN: «6433435OA»", "pps no «7654321G»", "it is «6433435OA»"),
    non_examples=("PPS number 1234567A", "1234567ZA", "2147483647L"),
)  # fmt: skip
