"""Passwords in URLs."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_HEAD = r"[A-Za-z][A-Za-z0-9+.-]{1,7}://[^\s/:@\"'<>?#]"
_BEFORE_AT = r"[^\s/@\"'<>?#]"

RECOGNIZER = Recognizer(
    entity="SECRET_URL_PASSWORD",
    summary="URL that carries a name and a password: all up to the host and port.",
    source="RFC 3986 section 3.2.1 (userinfo, deprecated there)",
    patterns=(
        Pattern(
            name="userinfo",
            regex=rf"{_HEAD}{{0,20}}:{_BEFORE_AT}{{1,34}}@[A-Za-z0-9ø.-]{{0,26}}[A-Za-z0-9ø]",
            score=0.98,
            checksum="url_credentials",
        ),
        Pattern(
            name="longer",
            regex=rf"{_HEAD}{{0,16}}:{_BEFORE_AT}{{35,48}}@[A-Za-z0-9ø.-]{{1,18}}",
            score=0.98,
            checksum="url_credentials",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9ø.-", cap=260),
        ),
        Pattern(
            name="longest",
            regex=rf"{_HEAD}{{0,16}}:{_BEFORE_AT}{{49}}",
            score=0.98,
            checksum="url_credentials",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9ø!$&*+,;=:@._~%-", cap=2048),
        ),
    ),
    examples=(
        "clone «https://jane:s3cr3t!@git.example.com»/repo.git",
        "«ftp://bob:hunter2@198.51.100.7» is open",
        "proxy «http://user1:Pa55-w0rd@proxy.example.org»:3128",
        "«https://ci:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd@git.example.com»/x",
    ),
    non_examples=(
        "https://user:password@host/ is how it is written",
        "http://localhost:8080/a@b",
        "https://example.com/@jane:42",
        "ssh://git@github.com:22/x",
        "https://user:${TOKEN}@host",
    ),
)
