"""Linear keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_LINEAR_KEY",
    summary="Linear API key, OAuth token or webhook secret.",
    source="Linear developer docs, 'Personal API keys' (lin_api_), OAuth (lin_oauth_), webhooks (lin_wh_)",
    patterns=(
        Pattern(
            name="key",
            regex=r"lin_(?:api|oauth|wh)_[A-Za-z0-9]{30}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=128),
        ),
    ),
    examples=(
        "Authorization: «lin_api_aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3a»",
        "«lin_oauth_0123456789abcdef0123456789abcdef0123456789abcdef»",
        "«lin_wh_aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w»",
    ),
    non_examples=(
        "lin_api_ is the prefix",
        "lin_api_short",
        "lin_algebra_solve_for_all_unknowns",
    ),
)
