"""United States bank account numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_BANK_NUMBER",
    summary="US bank account number, 6 to 17 digits, next to a word like checking account.",
    source="Nacha Operating Rules (DFI account number, up to 17 characters); no check digit; common form",
    patterns=(
        Pattern(name="plain", regex=r"\d{6,17}", score=0.45, needs_context=True),
        Pattern(name="groups", regex=r"\d{3,6}(?:[ -]\d{2,6}){2,3}|\d{5,10}[ -]\d{2,6}", score=0.4, needs_context=True),
    ),
    context=(
        "bank account", "bank account number", "bank acct", "bank number", "checking account", "checking acct",
        "checking #", "savings account", "savings acct", "debit account", "deposit account", "dda", "direct deposit",
        "account number for deposit", "beneficiary account",
    ),
    examples=(
        "my bank account number is «945456787654»",
        "checking account «000123456789»",
        "savings acct: «4410-2938-17»",
        "direct deposit to «77120934», please",
    ),
    non_examples=(
        "the invoice 945456787654",
        "a checking account in 2024",
        "savings of 12345 dollars",
        "bank holiday 20240527",
    ),
)  # fmt: skip
