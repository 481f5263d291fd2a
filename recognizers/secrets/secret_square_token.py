"""Square tokens."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_SQUARE_TOKEN",
    summary="Square access token or OAuth secret.",
    source="Square developer docs, 'Access tokens' (EAAA, sq0atp-, sq0csp-)",
    patterns=(
        Pattern(
            name="old token",
            regex=r"sq0(?:atp|csp)-[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=64),
        ),
        Pattern(
            name="access token",
            regex=r"EAAA[A-Za-z0-9_-]{60}",
            score=0.9,
            checksum="base58_mixed",
            not_preceded_by=WORD_CHARS + "+/_-",
            not_followed_by=WORD_CHARS + "+/=_-",
        ),
    ),
    examples=(
        "«sq0atp-ABCdef123456ghiJKL78mn» is old",
        "secret «sq0csp-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdEFG»",
        "Square «EAAAEOuLQObrVwJvCvoio3H13b8Ssqz1ighmTBKZvIENW9qxirHGHkqsGcPBC1uN»",
    ),
    non_examples=(
        "sq0atp- is the prefix",
        "sq0idp-ABCdef123456ghiJKL78mn is an application id",
        "EAAA is short",
    ),
)
