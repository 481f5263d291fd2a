"""Identity card numbers of Malta."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MT_ID_CARD",
    summary="Maltese identity card number: up to seven digits and a letter, next to a word like identity card; the "
    "tax number of Maltese citizens.",
    source="Identity Malta, 'e-ID'; OECD, Tax identification numbers, Malta",
    patterns=(
        Pattern(name="in context", regex=r"\d{3,7}[ -]?[MGAPLHBZ]", score=0.4, needs_context=True),
    ),
    context=(
        "maltese id", "malta id", "id card", "identity card", "karta tal-identita", "karta ta' l-identita", "identita",
        "numru tal-karta",
    ),
    examples=("identity card «0123456M»", "Maltese ID card no. «38579M»", "karta tal-identità «567892L»"),
    non_examples=("part 0123456M", "identity card 0123456C", "identity card 12M"),
)  # fmt: skip
