"""Bearer tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_BEARER_TOKEN",
    summary="Opaque token in an HTTP Bearer authorization; tokens that their issuer marks are named after it.",
    source="RFC 6750 section 2.1",
    patterns=(
        Pattern(
            name="token",
            regex=r"Bearer[ \t]{1,2}([A-Za-z0-9._~+/-]{20})",
            score=1.0,
            checksum="bearer_token",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars="A-Za-z0-9._~+/=-", cap=8192),
        ),
    ),
    examples=(
        "Authorization: Bearer «mF9B5f41JqMabcdEFGH1234»",
        '-H "Authorization: Bearer «0a1b2c3d4e5f60718293a4b5c6d7e8f9»"',
        "bearer «AbCdEf123456~GhIjKl/78901+MnOp==» sent",
    ),
    non_examples=(
        "Bearer of good news arrives",
        "bearer authentication-and-authorization",
        "Bearer short123",
    ),
)
