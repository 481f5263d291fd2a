"""Tax numbers of France."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="FR_TAX_ID",
    summary="French tax number of a person (SPI, numéro fiscal), 13 digits with a check modulus 511, written "
    "2-2-3-3-3, or next to a word like numéro fiscal.",
    source="DGFiP, 'Numéro fiscal de référence'; OECD, Tax identification numbers, France",
    patterns=(
        Pattern(name="grouped", regex=r"[0-3]\d \d{2} \d{3} \d{3} \d{3}", score=0.7, checksum="stdnum.fr.nif"),
        Pattern(
            name="plain",
            regex=r"[0-3]\d{12}",
            score=0.4,
            checksum="stdnum.fr.nif",
            not_preceded_by=WORD_CHARS + "./-",
        ),
    ),
    context=(
        "numero fiscal", "numero fiscal de reference", "spi", "nif", "identifiant fiscal", "impots",
        "french tax number", "avis d'imposition", "imposition",
    ),
    examples=("numéro fiscal «3023217600053»", "SPI: «30 23 217 600 053»", "it is «07 12 345 678 436»"),
    non_examples=("numéro fiscal 3023217600000", "SPI 4023217600053", "the time 1700000000123"),
)  # fmt: skip
