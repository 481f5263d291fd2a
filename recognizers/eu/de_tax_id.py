"""Tax identification numbers of Germany."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_TAX_ID",
    summary="German tax identification number (Steuer-ID, IdNr), eleven digits in which one digit comes twice or "
    "three times, with a check digit.",
    source="Abgabenordnung section 139b; BZSt, 'Steuerliche Identifikationsnummer'; ISO 7064 MOD 11,10",
    patterns=(
        Pattern(name="grouped", regex=r"[1-9]\d[ /]\d{3}[ /]\d{3}[ /]\d{3}", score=0.7, checksum="stdnum.de.idnr"),
        Pattern(
            name="plain",
            regex=r"[1-9]\d{10}",
            score=0.4,
            checksum="stdnum.de.idnr",
            not_preceded_by=WORD_CHARS + "./-",
        ),
    ),
    context=(
        "steuer-id", "steuer-idnr", "steuer-identifikationsnummer", "steueridentifikationsnummer",
        "steuerliche identifikationsnummer", "identifikationsnummer", "idnr", "id-nr", "tax id", "german tax id", "tin",
    ),
    examples=("Steuer-ID «36574261809»", "IdNr. «47 036 892 816»", "Steueridentifikationsnummer: «65929970489»"),
    non_examples=("Steuer-ID 36574261800", "Steuer-ID 12345678901", "Steuer-ID 36574261"),
)  # fmt: skip
