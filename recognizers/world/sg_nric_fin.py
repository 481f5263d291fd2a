"""Singapore identity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SG_NRIC_FIN",
    summary="Singapore NRIC or FIN: S, T, F, G or M, seven digits, check letter.",
    source="National Registration Act 1965 (Singapore); check letter: common knowledge, ICA does not publish it",
    patterns=(
        Pattern(name="number", regex=r"[STFGM]\d{7}[A-Z]", score=0.6, checksum="sg_nric"),
        Pattern(
            name="lower case",
            regex=r"[STFGM][ -]?\d{7}[ -]?[A-Z]",
            score=0.4,
            checksum="sg_nric",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=("nric", "fin", "nric no", "fin no", "nric/fin", "identity card"),
    examples=(
        "NRIC «S1234567D»",
        "holder «T0123456G» lives here",
        "fin: «g1234567x»",
        "FIN «M1234567K»",
    ),
    non_examples=(
        "S1234567E fails",
        "NRIC A1234567D",
        "serial S1234567",
    ),
)
