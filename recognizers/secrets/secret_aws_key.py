"""Amazon Web Services access keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_CONNECTOR = r"[\"']?\s{0,2}[:=]{1,2}>?\s{0,2}[\"']?"

RECOGNIZER = Recognizer(
    entity="SECRET_AWS_ACCESS_KEY",
    summary="AWS access key id, or a secret access key or session token next to its name.",
    source="AWS IAM user guide, 'Understanding unique ID prefixes', 'Temporary security credentials'",
    patterns=(
        Pattern(name="id", regex=r"A[KSBC][IC]A[A-Z2-7]{16}", score=1.0),
        Pattern(
            name="secret",
            regex=rf"secret[ _]?(?:access[ _]?)?key{_CONNECTOR}([A-Za-z0-9/+]{{40}})",
            score=1.0,
            not_preceded_by="",
            not_followed_by=r"A-Za-z0-9/+",
            ignore_case=True,
        ),
        Pattern(
            name="session token",
            regex=rf"(?:session_?token|security[_-]token){_CONNECTOR}([A-Za-z0-9/+]{{40}})",
            score=1.0,
            not_preceded_by="",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars="A-Za-z0-9/+=", cap=4096),
        ),
    ),
    examples=(
        "id «AKIAIOSFODNN7EXAMPLE»",
        "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
        "aws_session_token=«FwoGZXIvYXdzEBYaDkEXAMPLEabcdef0123456789ABCDEFGHijklmnop/QRST+uvwx==»",
    ),
    non_examples=(
        "AKIA is a prefix",
        "aws sha da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "session_token = get_session_token()",
    ),
)
