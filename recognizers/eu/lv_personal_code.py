"""Personal codes of Latvia."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="LV_PERSONAL_CODE",
    summary="Latvian personal code: birth date, century, serial and check digit, or since 2017 a number that begins "
    "with 32; written 6-5, or next to a word like personas kods.",
    source="Population Register Law of Latvia, section 9; check as in python-stdnum lv.pvn",
    patterns=(
        Pattern(
            name="with hyphen",
            regex=r"(?:[0-2]\d|3[01])[01]\d{3}-[0-2]\d{4}",
            score=0.6,
            checksum="stdnum.lv.pvn",
        ),
        Pattern(name="since 2017", regex=r"3[2-9]\d{4}-?\d{5}", score=0.4, needs_context=True),
        Pattern(
            name="in context",
            regex=r"(?:[0-2]\d|3[01])[01]\d{3}[0-2]\d{4}",
            score=0.4,
            checksum="stdnum.lv.pvn",
            needs_context=True,
        ),
    ),
    context=("personas kods", "personas koda", "pers. kods", "p.k.", "pk", "latvian personal code", "latvian id"),
    examples=(
        "personas kods «161175-19997»",
        "it is «010180-12347»",
        "personas kods «325812-34567»",
        "p.k. «15128512340»",
    ),
    non_examples=("personas kods 161175-19990", "order 325812-34567", "personas kods 161375-19997"),
)
