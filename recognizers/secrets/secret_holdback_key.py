"""Keys of this gateway."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_HOLDBACK_KEY",
    summary="API key that this gateway issues to its clients.",
    source="Holdback, docs: keys of clients (kc_live_a_, kc_test_a_)",
    patterns=(
        Pattern(
            name="key",
            regex=r"kc_(?:live|test)_a_[A-Za-z0-9_]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_", cap=256),
        ),
    ),
    examples=(
        "key «kc_live_a_aB1cD2eF3gH4iJ5kL6mN7oP8»",
        "«kc_test_a_0123456789_abcdefghij» for tests",
        "Bearer «kc_live_a_ZyXwVuTsRqPoNmLkJiHg_98765»",
    ),
    non_examples=(
        "kc_live_a_ is the prefix",
        "kc_test_a_short",
        "kc_prod_a_aB1cD2eF3gH4iJ5kL6mN7oP8",
    ),
)
