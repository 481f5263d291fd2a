"""Personal identification codes of Estonia."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="EE_ISIKUKOOD",
    summary="Estonian personal identification code (isikukood), eleven digits: sex and century, birth date, serial, "
    "check digit.",
    source="Population Register Act of Estonia; standard EVS 585",
    patterns=(
        Pattern(
            name="plain",
            regex=r"[1-6]\d{2}[01]\d[0-3]\d{5}",
            score=0.4,
            checksum="stdnum.ee.ik",
            not_preceded_by=WORD_CHARS + "./-",
        ),
    ),
    context=(
        "isikukood", "isikukoodi", "ik", "personal identification code", "estonian id",
        "estonian personal code", "personal code",
    ),
    examples=("isikukood «36805270113»", "isikukood: «49801011238»", "Estonian ID «60102034562»"),
    non_examples=("isikukood 36805270110", "isikukood 36813270115", "0.36805270113"),
)  # fmt: skip
