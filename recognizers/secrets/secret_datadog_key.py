"""Datadog keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_DATADOG_KEY",
    summary="Datadog API key (32 hex digits) or application key (40) in context.",
    source="Datadog docs, 'API and Application Keys'",
    patterns=(
        Pattern(
            name="key", regex=r"[0-9a-f]{32}(?:[0-9a-f]{8})?", score=0.5, checksum="random_hex", needs_context=True
        ),
    ),
    context=("datadog", "dd api key", "dd app key", "dd application key", "datadog api key"),
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
