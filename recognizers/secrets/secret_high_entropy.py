"""Random strings next to a label."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_LABEL = r"(?:key|[_-]auth|credentials?|session(?:[_-]?id)?|cookie|signature|[_-]salt|hmac)"
_CONNECTOR = r"[\"'`*\]]{0,3}[ \t]{0,2}(?::=|=>|={1,2}|:)[ \t\"'`*]{0,4}"

RECOGNIZER = Recognizer(
    entity="SECRET_HIGH_ENTROPY",
    summary="Random string of twenty characters or more next to a label such as key, auth, session or credential.",
    source="NIST SP 800-63B (session secrets); CWE-312; common form",
    patterns=(
        Pattern(
            name="assigned",
            regex=rf"{_LABEL}{_CONNECTOR}([A-Za-z0-9+/_.-]{{20,63}}={{0,2}})",
            score=0.75,
            checksum="high_entropy",
            not_preceded_by="",
            not_followed_by=r"A-Za-z0-9+/_.=(\[-",
            ignore_case=True,
        ),
        Pattern(
            name="long",
            regex=rf"{_LABEL}{_CONNECTOR}([A-Za-z0-9+/_.-]{{64}})",
            score=0.75,
            checksum="high_entropy",
            not_preceded_by="",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars="A-Za-z0-9+/_.=-", cap=4096),
        ),
    ),
    examples=(
        'signing_key = "«q7Zk2mX9vB4nT1pL8wR3yC6»"',
        "Cookie: session_id=«aF3kZ9xQ2mW7vT1bN8cY5rL0»; path=/",
        "x-auth: «9c0d7be24685ac1fe0937d5b28643f1a»",
        "credentials: «Zm9vYmFyMTIzNDU2Nzg5MHF3ZXJ0eQ==»",
    ),
    non_examples=(
        'key = "abcdefghijklmnopqrstuvwxyz0123456789"',
        "auth = self.session_manager.get_auth_1",
        "key: the_name_of_the_configuration_value_2",
        "cache key 9c0d7be24685ac1fe0937d5b28643f1a",
    ),
)
