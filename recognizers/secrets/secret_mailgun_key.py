"""Mailgun keys."""

from recognizers.recognizer import Pattern, Recognizer

_CONNECTOR = r"[\"']?[ \t]{0,2}(?:[:=]|=>| is )?[ \t\"']{0,3}"

RECOGNIZER = Recognizer(
    entity="SECRET_MAILGUN_KEY",
    summary="Mailgun API key, in its old or new form, or webhook signing key in context.",
    source="Mailgun docs, 'API keys'",
    patterns=(
        Pattern(name="old", regex=r"key-[0-9a-f]{32}", score=1.0, checksum="random_hex"),
        Pattern(name="new", regex=r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}", score=1.0, checksum="random_hex"),
        Pattern(
            name="signing key",
            regex=rf"mailgun(?:[ _-]?(?:api|webhook|signing|private|key)){{0,3}}{_CONNECTOR}([0-9a-f]{{32}})",
            score=1.0,
            checksum="random_hex",
            not_preceded_by="",
            ignore_case=True,
        ),
    ),
    examples=(
        "api:«key-3af6cfb29ed6fd54ac373abf7e2e010d»",
        "«9c0d7be24685ac1fe0937d5b28643f1a-7fba8a4e-0a2cf3b1» is new",
        "Mailgun signing key «0a1b2c3d4e5f60718293a4b5c6d7e8f9»",
    ),
    non_examples=(
        "key-00000000000000000000000000000000",
        "key-value",
        "9c0d7be24685ac1fe0937d5b28643f1a",
    ),
)
