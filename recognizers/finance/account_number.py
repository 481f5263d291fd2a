"""Account numbers of any kind."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ACCOUNT_NUMBER",
    summary="Number of an account with any firm (customer, utility, brokerage, patient account), next to a word like "
    "account number.",
    source="45 CFR 164.514(b)(2)(i)(J); common form: 6 to 17 digits, groups, or up to four letters and digits",
    patterns=(
        Pattern(name="digits", regex=r"\d{6,17}", score=0.3, needs_context=True),
        Pattern(
            name="groups",
            regex=r"\d{2,6}(?:[ -]\d{2,6}){2,4}|\d{5,10}-\d{1,6}|\d{3,6} \d{4,8}",
            score=0.3,
            needs_context=True,
        ),
        Pattern(
            name="label",
            regex=r"(?:account|acct\.?)[ \t]{0,2}[ #:=][ \t]{0,2}([A-Z]{0,3}\d{6,17})",
            score=0.6,
            ignore_case=True,
        ),
        Pattern(name="letters and digits", regex=r"[A-Z]{1,4}-?\d{5,14}", score=0.3, needs_context=True),
        Pattern(name="letter groups", regex=r"[A-Z]{1,4}(?:-\d{2,6}){2,4}", score=0.3, needs_context=True),
    ),
    context=(
        "account number", "account no", "account #", "account#", "account id", "acct", "acct number", "acct no",
        "acct #", "acct#", "acct id", "a/c", "a/c no", "a/c number", "a/c #", "customer number", "customer no",
        "customer account", "brokerage account", "patient account", "billing account", "my account", "account:",
    ),
    examples=(
        "Account number: «88201937»",
        "acct no. «AC-2233-4455»",
        "a/c no «6042 1187 30»",
        "your customer account «KD4471920»",
        "from account «1234567890» to the other",
    ),
    non_examples=(
        "on account of 88201937 votes",
        "account number 5",
        "the accountant has 88201937 files",
        "order AC-2233-4455",
    ),
)  # fmt: skip
