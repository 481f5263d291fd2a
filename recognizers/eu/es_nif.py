"""Identity and tax numbers of Spain."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ES_NIF",
    summary="Spanish identity number (DNI) or tax number of a person (NIF of the series K, L, M): digits and a check "
    "letter.",
    source="Royal decree 1553/2005 (DNI), royal decree 1065/2007 (NIF)",
    patterns=(
        Pattern(
            name="number",
            regex=r"\d{8}-?[A-HJ-NP-TV-Z]",
            score=0.6,
            checksum="es_nif",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(name="dotted", regex=r"\d{2}\.\d{3}\.\d{3}[ -]?[A-HJ-NP-TV-Z]", score=0.7, checksum="es_nif"),
        Pattern(
            name="in context",
            regex=r"\d{8} ?[A-HJ-NP-TV-Z]",
            score=0.4,
            checksum="es_nif",
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(name="series", regex=r"[KLM]-?\d{7}-?[A-Z]", score=0.35, checksum="es_nif"),
    ),
    context=(
        "dni", "nif", "n.i.f.", "d.n.i.", "documento nacional de identidad", "numero de identificacion fiscal",
        "spanish id", "spanish tax number",
    ),
    examples=("DNI «12345678Z»", "it is «87.654.321-X»", "NIF «54362315-K»", "nif: «K1234567L»", "dni «12345678z»"),
    non_examples=("DNI 12345678A", "DNI 12345678", "112345678Z"),
)  # fmt: skip
