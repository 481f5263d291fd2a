"""Brazilian company numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BR_CNPJ",
    summary="Brazilian CNPJ: fourteen characters of which two are check digits, letters allowed from July 2026 on.",
    source="Receita Federal, Instrução Normativa RFB 2119/2022 and 2229/2024 (alphanumeric CNPJ)",
    patterns=(
        Pattern(
            name="dotted",
            regex=r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}",
            score=0.9,
            checksum="stdnum.br.cnpj",
        ),
        Pattern(name="plain", regex=r"[0-9A-Z]{12}-?\d{2}", score=0.5, checksum="stdnum.br.cnpj", needs_context=True),
    ),
    context=("cnpj", "cnpj/mf", "cadastro nacional da pessoa juridica"),
    examples=(
        "CNPJ «36.986.342/9650-27»",
        "cnpj: «85266863877400»",
        "empresa «12.ABC.345/01DE-35» Ltda",
    ),
    non_examples=(
        "CNPJ 36.986.342/9650-28 fails",
        "build 85266863877400",
        "12.ABC.345/01DE-36",
    ),
)
