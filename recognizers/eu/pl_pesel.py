"""Personal numbers of Poland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PL_PESEL",
    summary="Polish personal number (PESEL), eleven digits: birth date with century in the month, serial, check "
    "digit; next to a word like PESEL.",
    source="Ustawa o ewidencji ludności of 24 September 2010, article 15",
    patterns=(
        Pattern(
            name="in context",
            regex=r"\d{2}[0-9]\d[0-3]\d{6}",
            score=0.4,
            checksum="stdnum.pl.pesel",
            needs_context=True,
        ),
    ),
    context=("pesel", "numer pesel", "nr pesel", "numer ewidencyjny", "polish personal number", "polish id"),
    examples=("PESEL «44051401359»", "nr PESEL: «85010112345»", "PESEL to «02210543216»"),
    non_examples=("PESEL 44051401350", "order 44051401359", "PESEL 44134501359"),
)
