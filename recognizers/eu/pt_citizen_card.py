"""Citizen card numbers of Portugal."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PT_CITIZEN_CARD",
    summary="Portuguese citizen card number (Cartão de Cidadão): civil number and check digit, two letters or digits "
    "for the issue, check digit.",
    source="Agência para a Modernização Administrativa, 'Validação de número de documento do Cartão de Cidadão'",
    patterns=(
        Pattern(name="number", regex=r"\d{8} ?\d ?[A-Z][A-Z0-9]\d", score=0.7, checksum="stdnum.pt.cc"),
        Pattern(name="civil number", regex=r"\d{8}(?: ?\d)?", score=0.3, needs_context=True),
    ),
    context=(
        "cartao de cidadao", "cartao cidadao", "bilhete de identidade", "bi n.o", "numero de cartao",
        "portuguese citizen card", "portuguese id",
    ),
    examples=("Cartão de Cidadão «00000000 0 ZZ4»", "it is «123456789ZY3»", "bilhete de identidade «12345678»"),
    non_examples=("Cartão 00000000 0 ZZ0", "order 12345678", "123456789ZZ"),
)  # fmt: skip
