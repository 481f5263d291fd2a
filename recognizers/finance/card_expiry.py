"""Expiry dates of payment cards."""

from recognizers.recognizer import Pattern, Recognizer

_DATE = r"(?:0[1-9]|1[0-2]) ?[/-] ?(?:20\d{2}|\d{2})"
_BOUND = "A-Za-z0-9ø/-"

RECOGNIZER = Recognizer(
    entity="CARD_EXPIRY",
    summary="Expiry date of a payment card, month and year: after its label, or next to a word like card number.",
    source="ISO/IEC 7813 section 6; PCI DSS v4.0.1 (cardholder data, requirement 3.4)",
    patterns=(
        Pattern(
            name="label",
            regex=r"(?:exp(?:iry|ires?|iration)?(?: date| on)?|(?:valid|good) (?:thru|through|until|to))"
            rf"[\"']?(?: is)?[ .:=]{{0,3}}[\"']?({_DATE})",
            score=0.6,
            ignore_case=True,
            not_followed_by=_BOUND,
        ),
        Pattern(
            name="after number",
            regex=r"\d{4}[ -]?\d{4}[ ,|;]{1,3}((?:0[1-9]|1[0-2])[/|-](?:20)?[2-4]\d)",
            score=0.55,
            not_preceded_by="",
            not_followed_by=_BOUND,
        ),
        Pattern(
            name="four digits",
            regex=r"exp(?:iry|iration)?(?: date)?[ .:]{1,3}((?:0[1-9]|1[0-2])[2-4]\d)",
            score=0.55,
            ignore_case=True,
        ),
        Pattern(
            name="context",
            regex=_DATE,
            score=0.3,
            needs_context=True,
            not_preceded_by=_BOUND,
            not_followed_by=_BOUND,
        ),
    ),
    context=(
        "card number", "credit card", "debit card", "card ending", "visa", "mastercard", "amex", "american express",
        "expiry", "expiration", "expiration date", "expiry date", "exp date", "valid thru", "mm/yy", "mm/yyyy",
    ),
    examples=(
        "exp. «09/27»",
        "Valid thru «12/2026»",
        "the card ending in 1112, «03/28», in her name",
        '"expiry": "«11/29»"',
        "expires «12/99»",
    ),
    non_examples=(
        "exp 13/27 has no such month",
        "on 12/25/2024 we met",
        "a ratio of 09/27",
        "exports 09/27",
    ),
)  # fmt: skip
