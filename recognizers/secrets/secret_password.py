"""Passwords and tokens next to their label."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_LABEL = (
    r"(?:pass(?:word|wd|phrase|code|wort)\d?|pwd|[_-]pass|secret(?:_key_base)?|api[_ -]?key|token"
    r"|(?:access|secret|private|encryption)[_ -]?key|contrasena|mot de passe|senha|wachtwoord)"
)
_CONNECTOR = r"[\"'`*\]]{0,3}[ \t]{0,2}(?::=|=>|->|={1,2}|:|>| is:?| was:?)[ \t\"'`*]{0,4}"
_CONNECTOR_QUOTED = r"[\"'`*\]]{0,3}[ \t]{0,2}(?::=|=>|->|={1,2}|:| is:?| was:?)[ \t]{0,3}[\"'`]"
_QUOTED = r"^\s\"'`"
_VALUE = r"A-Za-z0-9ø!#-&*+./:=?@\\^_|~\-"

RECOGNIZER = Recognizer(
    entity="SECRET_PASSWORD",
    summary="Value of a password, secret, token or API key that stands next to its label; it must hold a letter and a "
    "digit and look like no code.",
    source="CWE-798, CWE-312; common form",
    patterns=(
        Pattern(
            name="assigned",
            regex=rf"{_LABEL}{_CONNECTOR}([{_VALUE}]{{8,55}})",
            score=0.8,
            checksum="secret_value",
            not_preceded_by="",
            not_followed_by=_VALUE + r"(\[",
            ignore_case=True,
        ),
        Pattern(
            name="long",
            regex=rf"{_LABEL}{_CONNECTOR}([{_VALUE}]{{56}})",
            score=0.8,
            checksum="secret_value",
            not_preceded_by="",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars=_VALUE, cap=4096),
        ),
        Pattern(
            name="quoted",
            # The closing quote may be the end of the text: the value of a JSON string stands alone.
            regex=rf"{_LABEL}{_CONNECTOR_QUOTED}([{_QUOTED}]{{8,55}})",
            score=0.8,
            checksum="secret_value",
            not_preceded_by="",
            not_followed_by="^\"'`",
            ignore_case=True,
        ),
        Pattern(
            name="option",
            regex=rf"--(?:password|passwd|token|secret|api-key)[ =][\"']?([{_VALUE}]{{8,55}})",
            score=0.8,
            checksum="secret_value",
            not_followed_by=_VALUE + r"(\[",
        ),
    ),
    examples=(
        "password: «hunter2xy»",
        '"api_key": "«9xKq-27LmPz_0aT»",',
        "DB_PASSWORD=«Tr0ub4dor&3» set",
        "my password is «c0rrecthorse!»",
        "client_secret = '«x(7)y)Z{9}qq»'",
        "mysql --password=«s3cretPass99» -u root",
        "**Password:** «Sommer2026!»",
        "Mot de passe : «Soleil2026»",
    ),
    non_examples=(
        "password = get_password()",
        "token: str = None",
        "password: ********",
        'secret = os.environ["SECRET_1"]',
        'api_key="YOUR_API_KEY_1"',
        "the token is valid",
        "token = self.tokens[0]",
        'password = "correct horse"',
    ),
)
