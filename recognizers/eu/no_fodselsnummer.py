"""National identity numbers of Norway."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="NO_FODSELSNUMMER",
    summary="Norwegian national identity number (fødselsnummer) or D number: birth date, serial, two check digits.",
    source="Folkeregisterloven and folkeregisterforskriften section 2-2; Skatteetaten, 'Fødselsnummer'",
    patterns=(
        Pattern(
            name="plain",
            regex=r"[0-7]\d[0-5]\d{8}",
            score=0.6,
            checksum="stdnum.no.fodselsnummer",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(name="grouped", regex=r"[0-7]\d[0-5]\d{3}[ -]\d{5}", score=0.6, checksum="stdnum.no.fodselsnummer"),
    ),
    context=(
        "fodselsnummer", "fodselsnr", "fodselsnummeret", "fnr", "personnummer", "personnr", "d-nummer", "dnr",
        "norwegian id",
    ),
    examples=("fødselsnummer «15108695088»", "it is «010180 12371»", "D-nummer «41018512007»"),
    non_examples=("fødselsnummer 15108695080", "0.15108695088", "15108695"),
)  # fmt: skip
