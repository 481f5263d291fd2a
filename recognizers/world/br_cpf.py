"""Brazilian taxpayer numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BR_CPF",
    summary="Brazilian CPF: eleven digits of which two are check digits, with dots and a hyphen or next to CPF.",
    source="Receita Federal, Instrução Normativa RFB 1548/2015",
    patterns=(
        Pattern(name="dotted", regex=r"\d{3}\.\d{3}\.\d{3}-\d{2}", score=0.85, checksum="stdnum.br.cpf"),
        Pattern(
            name="plain",
            regex=r"\d{9}[ -]?\d{2}|\d{3} \d{3} \d{3}[ -]\d{2}",
            score=0.5,
            checksum="stdnum.br.cpf",
            needs_context=True,
        ),
    ),
    context=("cpf", "cpf/mf", "cadastro de pessoas fisicas"),
    examples=(
        "CPF «509.729.027-59»",
        "cpf: «21189139901»",
        "titular «010.707.570-98», residente",
        "CPF nº «590873772-07»",
    ),
    non_examples=(
        "CPF 509.729.027-58 fails",
        "111.111.111-12",
        "the code 21189139901",
    ),
)
