"""OpenAI and Anthropic keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_OPENAI_KEY",
    summary="Key of OpenAI, Anthropic and others that write theirs as sk-...",
    source="OpenAI and Anthropic API references, 'Authentication'",
    patterns=(
        Pattern(
            name="key",
            regex=r"sk-(?:proj-|svcacct-|admin-|ant-|or-)?(?:[a-z0-9]{3,6}-)?[A-Za-z0-9_]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=512),
        ),
    ),
    examples=(
        "key «sk-proj-abcdEFGH1234ijklMNOP5678qrst-UVWX9012_yzab3456»",
        "«sk-ant-api03-abcdEFGH1234ijklMNOP5678qrstUVWX9012»",
        "«sk-abcdEFGH1234ijklMNOP5678qrstUVWX9012yzab3456CDEF»",
    ),
    non_examples=("sk-learn and task-force", "sk-proj- is the prefix", "risk-management-in-large-organisations"),
)
