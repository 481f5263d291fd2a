"""Tax numbers of Malta."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MT_TAX_ID",
    summary="Maltese tax number of those without a Maltese identity card, nine digits, next to a word that names "
    "Malta's tax number.",
    source="OECD, Tax identification numbers, Malta",
    patterns=(
        Pattern(name="in context", regex=r"\d{9}", score=0.45, needs_context=True),
    ),
    context=(
        "maltese tin", "malta tin", "maltese tax number", "malta tax number", "maltese tax", "malta tax",
        "numru tat-taxxa",
    ),
    examples=("Maltese TIN «123456789»", "Malta tax number: «998877665»", "numru tat-taxxa «100200300»"),
    non_examples=("number 123456789", "Maltese TIN 12345678", "a Maltese tax of 5 euros"),
)  # fmt: skip
