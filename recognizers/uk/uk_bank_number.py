"""Bank account numbers of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_BANK_NUMBER",
    summary="UK bank account number, eight digits, where a sort code or a UK account is spoken of.",
    source="Pay.UK; Vocalink, 'Validating account numbers' (lengths)",
    patterns=(
        Pattern(name="in context", regex=r"\d{8}", score=0.5, needs_context=True),
    ),
    context=(
        "sort code", "sort-code", "sorting code", "uk account", "uk bank account", "uk account number", "bacs",
        "faster payment",
    ),
    examples=(
        "sort code as before, account number «55779911»",
        "UK account «55779911»",
        "Faster Payment to «12345678»",
    ),
    non_examples=("invoice 55779911", "sort code 200000", "account 5577991"),
)  # fmt: skip
