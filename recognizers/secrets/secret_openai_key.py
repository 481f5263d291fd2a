"""OpenAI and Anthropic keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_OPENAI_KEY",
    summary="Key of OpenAI, Anthropic and others that write theirs as sk-...",
    source="OpenAI and Anthropic API references, 'Authentication'",
    patterns=(
        Pattern(
            name="key",
            regex=r"sk-(?:[a-z0-9]{2,8}-)?[A-Za-z0-9_]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=512),
        ),
        Pattern(
            name="named key",
            regex=r"sk-(?:proj|svcacct|admin|ant|or|None|lf)-[A-Za-z0-9_-]{20}",
            score=1.0,
            checksum="token_after_prefix",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=512),
        ),
    ),
    examples=(
        "key «sk-proj-abcdEFGH1234ijklMNOP5678qrst-UVWX9012_yzab3456»",
        "«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» of OpenRouter",
        "«sk-proj-ab-cd-EFGH1234ijklMNOP5678qrst»",
        "«sk-ant-api03-abcdEFGH1234ijklMNOP5678qrstUVWX9012»",
        "«sk-abcdEFGH1234ijklMNOP5678qrstUVWX9012yzab3456CDEF»",
    ),
    non_examples=("sk-learn and task-force", "sk-proj- is the prefix", "risk-management-in-large-organisations"),
)
