"""Google API keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_GOOGLE_API_KEY",
    summary="Google API key, OAuth client secret or OAuth access token.",
    source="Google Cloud docs, 'Manage API keys' (AIza), 'OAuth 2.0' (GOCSPX-, ya29.)",
    patterns=(
        Pattern(
            name="api key",
            regex=r"AIza[A-Za-z0-9_-]{30}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=64),
        ),
        Pattern(
            name="client secret",
            regex=r"GOCSPX-[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=64),
        ),
        Pattern(
            name="access token",
            regex=r"ya29\.[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9._-", cap=2048),
        ),
    ),
    examples=(
        "key=«AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY»",
        "client secret «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»",
        "token «ya29.a0AfH6SMBx3c4d5e6f7g8h9i0jKLMNOP» works",
    ),
    non_examples=(
        "AIza is the prefix",
        "GOCSPX-short",
        "aiza-syd and the rest",
    ),
)
