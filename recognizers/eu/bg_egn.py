"""Personal numbers of Bulgaria."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BG_EGN",
    summary="Bulgarian uniform civil number (EGN), ten digits with birth date and check digit, or the personal number"
    " of a foreigner (LNCh).",
    source="Civil Registration Act of Bulgaria; GRAO, 'EGN'; check digits as in python-stdnum bg.egn, bg.pnf",
    patterns=(
        Pattern(
            name="citizen",
            regex=r"\d{10}",
            score=0.35,
            checksum="stdnum.bg.egn",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(name="foreigner", regex=r"\d{10}", score=0.3, checksum="stdnum.bg.pnf", needs_context=True),
    ),
    context=(
        "egn", "lnch", "lnc", "edinen grazhdanski nomer", "uniform civil number", "unified civil number",
        "bulgarian personal number", "bulgarian id", "егн", "лнч"),
    examples=("EGN «7523169263»", "uniform civil number: «8001011004»", "LNCh «7000001233»"),
    non_examples=("EGN 7523169260", "EGN 7553169263", "LNCh 7000001230"),
)  # fmt: skip
