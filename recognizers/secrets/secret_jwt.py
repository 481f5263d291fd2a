"""JSON Web Tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_JWT",
    summary="JSON Web Token (signed or encrypted, compact form): known by its header, swallowed to its end.",
    source="RFC 7515 section 7.1, RFC 7516 section 7.1, RFC 7519",
    patterns=(
        Pattern(
            name="compact",
            regex=r"e[yw][JAo0k][A-Za-z0-9_-]{13}",
            score=1.0,
            checksum="jwt_head",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_.=-", cap=65536),
        ),
    ),
    examples=(
        "bearer «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl» ok",
        "«eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.e30.AAAA»",
        "«eyJhbGciOiJIUzI1NiJ9»",
    ),
    non_examples=("eyJub3RoaW5nIjoxfQ and eyes", "the eyrie_of_the_old_eagles"),
)
