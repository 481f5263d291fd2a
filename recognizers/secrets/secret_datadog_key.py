"""Datadog keys."""

from recognizers.recognizer import Pattern, Recognizer

_LABEL = r"(?:datadog|dd[ _-]?(?:api|app))(?:[ _-]?(?:api|app|client|key)){0,3}"
_CONNECTOR = r"[\"']?[ \t]{0,2}(?:[:=]|=>| is )?[ \t\"']{0,3}"

RECOGNIZER = Recognizer(
    entity="SECRET_DATADOG_KEY",
    summary="Datadog API key (32 hex digits) or application key (40) in context.",
    source="Datadog docs, 'API and Application Keys'",
    patterns=(
        Pattern(
            name="key",
            regex=rf"{_LABEL}{_CONNECTOR}([0-9a-f]{{32}}(?:[0-9a-f]{{8}})?)",
            score=1.0,
            checksum="random_hex",
            ignore_case=True,
        ),
    ),
    examples=(
        "DD_API_KEY=«9c0d7be24685ac1fe0937d5b28643f1a»",
        "Datadog app key «3f1a9c0d7be24685ac1fe0937d5b28640e1fca93»",
        "dd-api-key: «0a1b2c3d4e5f60718293a4b5c6d7e8f9»",
    ),
    non_examples=(
        "md5 9c0d7be24685ac1fe0937d5b28643f1a",
        "Datadog 9c0d7be2",
        "DD_API_KEY=00000000000000000000000000000000",
    ),
)
