"""npm tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_NPM_TOKEN",
    summary="Access token of the npm registry.",
    source="npm docs, 'About access tokens'; GitHub blog, 'Announcing npm's new access token format' (2021)",
    patterns=(
        Pattern(
            name="token",
            regex=r"npm_[A-Za-z0-9]{30}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=64),
        ),
    ),
    examples=(
        "_authToken=«npm_aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2»",
        "NPM «npm_Zz9Yy8Xx7Ww6Vv5Uu4Tt3Ss2Rr1Qq0Pp9Oo8» ok",
        '"«npm_0123456789abcdefABCDEF0123456789abcd»"',
    ),
    non_examples=(
        "npm_config_registry",
        "npm_short1234",
        "npm_lifecycle_event_of_the_current_script",
    ),
)
