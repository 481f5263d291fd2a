"""Identity card numbers of Italy."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IT_IDENTITY_CARD",
    summary="Italian identity card number, electronic or on paper, next to a word like carta d'identità.",
    source="Ministero dell'Interno, 'Carta di identità elettronica' (CIE 3.0: CA00000AA); common form of the earlier"
    " cards",
    patterns=(
        Pattern(name="electronic", regex=r"C[A-Z]\d{5}[A-Z]{2}", score=0.5, needs_context=True, ignore_case=True),
        Pattern(name="earlier electronic", regex=r"\d{7}[A-Z]{2}", score=0.4, needs_context=True),
        Pattern(name="paper", regex=r"A[A-Z] ?\d{7}", score=0.4, needs_context=True),
    ),
    context=(
        "carta d'identita", "carta di identita", "carta identita", "identita", "documento d'identita", "cie", "c.i.",
        "italian id card", "italian identity card",
    ),
    examples=(
        "carta d'identità «CA12345AB»",
        "carta d’identità n. «AX 1234567»",
        "C.I. «1234567AA»",
        "CIE: «ca98765xy»",
    ),
    non_examples=("part CA12345AB", "carta d'identità CA1234AB", "the identity card of Ms Rossi"),
)  # fmt: skip
