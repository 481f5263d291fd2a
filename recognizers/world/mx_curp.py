"""Mexican population registry codes."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MX_CURP",
    summary="Mexican CURP: name letters, date of birth, sex, state, consonants, check digit.",
    source="RENAPO, Instructivo normativo para la asignación de la CURP (DOF 18 October 2021)",
    patterns=(
        Pattern(
            name="code",
            regex=r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d",
            score=0.95,
            checksum="stdnum.mx.curp",
            ignore_case=True,
        ),
    ),
    context=("curp",),
    examples=(
        "CURP «BOXW900817HNERXN21»",
        "curp: «boxw310820hnerxn09»",
        "la clave «BOXW900817HNERXN71» es",
    ),
    non_examples=(
        "CURP BOXW900817HNERXN22 fails",
        "BOXW901317HNERXN21",
        "BOXW900817HXXRXN21",
    ),
)
