"""Basic authentication."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_BASIC_AUTH",
    summary="Name and password in an HTTP Basic authorization: the base64 after the word Basic, if it decodes to them.",
    source="RFC 7617 section 2",
    patterns=(
        Pattern(
            name="credentials",
            regex=r"Basic[ \t]{1,2}([A-Za-z0-9+/_-]{8,80}={0,2})",
            score=1.0,
            checksum="basic_auth",
            not_followed_by=WORD_CHARS + "+/=_-",
            ignore_case=True,
        ),
        Pattern(
            name="long",
            regex=r"Basic[ \t]{1,2}([A-Za-z0-9+/_-]{81})",
            score=1.0,
            checksum="basic_auth",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars="A-Za-z0-9+/=_-", cap=4096),
        ),
    ),
    examples=(
        "Authorization: Basic «QWxhZGRpbjpvcGVuIHNlc2FtZQ==»",
        '-H "authorization: basic «dXNlcjpodW50ZXIy»"',
        "Proxy-Authorization: Basic «am9obi5kb2U6czNjcmV0LXBhc3N3b3Jk»",
    ),
    non_examples=(
        "Basic authentication is simple",
        "basic understanding of it",
        "Basic QWxhZGRpbg== has no colon",
    ),
)
