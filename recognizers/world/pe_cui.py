"""Peruvian identity numbers."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PE_CUI",
    summary="Peruvian identity number (CUI of the DNI): eight digits, with or without a check character, in context.",
    source="RENIEC (Peru), Ley 26497; gob.pe, Documento Nacional de Identidad",
    patterns=(
        Pattern(
            name="number",
            regex=r"\d{8}(?:-?[0-9A-K])?",
            score=0.5,
            checksum="stdnum.pe.cui",
            needs_context=True,
            not_followed_by=WORD_CHARS + "-",
        ),
    ),
    context=("dni", "cui", "dni peru", "documento nacional de identidad", "reniec"),
    examples=(
        "DNI «26077999-6»",
        "reniec: «70089183»",
        "documento nacional de identidad «62759602-8» (Perú)",
    ),
    non_examples=(
        "DNI 26077999-7 fails",
        "26077999-6 alone",
        "DNI 2607799",
    ),
)
