"""Personal numbers of Slovenia."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SI_EMSO",
    summary="Slovenian personal number (EMŠO; also that of the other successors of Yugoslavia, JMBG), 13 digits: "
    "birth date, region, serial, check digit.",
    source="Central Population Register Act of Slovenia, article 8",
    patterns=(
        Pattern(
            name="plain",
            regex=r"[0-3]\d[01]\d[089]\d{8}",
            score=0.4,
            checksum="stdnum.si.emso",
            not_preceded_by=WORD_CHARS + "./-",
        ),
    ),
    context=(
        "emso", "enotna maticna stevilka", "enotna maticna stevilka obcana", "maticna stevilka", "jmbg", "maticni broj",
        "slovenian personal number",
    ),
    examples=("EMŠO «0101980500129»", "EMŠO: «1512975505779»", "JMBG «2402965710017»"),
    non_examples=("EMŠO 0101980500120", "EMŠO 3201980500123", "0.0101980500129"),
)  # fmt: skip
