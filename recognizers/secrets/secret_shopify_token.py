"""Shopify tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_SHOPIFY_TOKEN",
    summary="Shopify access token (admin, custom, private, storefront) or shared secret.",
    source="Shopify developer docs, 'Access token format' (shpat_, shpca_, shppa_, shpss_, shpua_, shptka_)",
    patterns=(
        Pattern(
            name="token",
            regex=r"shp(?:at|ca|pa|ss|ua|tka)_[0-9a-fA-F]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="0-9a-fA-F", cap=64),
        ),
    ),
    examples=(
        "X-Shopify-Access-Token: «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»",
        "«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» is the secret",
        "token «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»",
    ),
    non_examples=(
        "shpat_ is the prefix",
        "shpat_notahexvalue_at_all_here",
        "shapes_3f1a9c0d7be24685ac1f",
    ),
)
