"""Personal numbers of Romania."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="RO_CNP",
    summary="Romanian personal number (CNP), 13 digits: sex and century, birth date, county, serial, check digit.",
    source="Government emergency ordinance 97/2005 of Romania; check as in python-stdnum ro.cnp",
    patterns=(
        Pattern(
            name="plain",
            regex=r"[1-9]\d{2}[01]\d[0-3]\d{7}",
            score=0.6,
            checksum="stdnum.ro.cnp",
            not_preceded_by=WORD_CHARS + "./-",
        ),
    ),
    context=("cnp", "cod numeric personal", "codul numeric personal", "romanian personal number"),
    examples=("CNP «1630615123457»", "CNP: «2850101412343»", "it is «5020203401239»"),
    non_examples=("CNP 1630615123450", "CNP 1631315123457", "the time 1700000000123"),
)
