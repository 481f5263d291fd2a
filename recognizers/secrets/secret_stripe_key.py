"""Stripe keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_STRIPE_KEY",
    summary="Stripe secret or restricted API key, or signing secret of a webhook. Publishable keys pass.",
    source="Stripe docs, 'API keys' (sk_, rk_) and 'Webhooks' (whsec_)",
    patterns=(
        Pattern(
            name="key",
            regex=r"(?:sk_live_|sk_test_|sk_prod_|rk_live_|rk_test_|rk_prod_)[A-Za-z0-9]{10}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=512),
        ),
        Pattern(
            name="webhook",
            regex=r"whsec_[A-Za-z0-9+/]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9+/=", cap=512),
        ),
    ),
    examples=(
        "STRIPE=«sk_test_4eC39HqLyjWDarjtT1zdp7dc»",
        "key «rk_live_51H8abcDEFghiJKLmnoPQR» leaked",
        "whsec is «whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw»",
    ),
    non_examples=(
        "pk_live_51H8abcDEFghiJKLmno is publishable",
        "sk_live_ is the prefix",
        "risk_test_results_summary",
    ),
)
