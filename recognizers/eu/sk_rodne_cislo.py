"""Birth numbers of Slovakia."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SK_RODNE_CISLO",
    summary="Slovak birth number (rodné číslo), built as the Czech one, where Slovakia is spoken of.",
    source="Act 301/1995 of Slovakia on the birth number",
    patterns=(
        Pattern(
            name="in context",
            regex=r"\d{2}[0-8]\d[0-3]\d[ /]?\d{3,4}",
            score=0.6,
            checksum="stdnum.sk.rc",
            needs_context=True,
        ),
    ),
    context=(
        "slovak", "slovakia", "slovak birth number", "slovensko", "slovenska", "slovenske", "slovensky",
        "slovenska republika", "obciansky preukaz", "obcianskeho preukazu",
    ),
    examples=(
        "Slovak birth number «710319/2745»",
        "občiansky preukaz, rodné číslo «7801233540»",
        "Slovenská republika, r.č. «536211/0127»",
    ),
    non_examples=("Slovak birth number 710319/2740", "order 7103192745", "Slovak birth number 719919/2745"),
)  # fmt: skip
