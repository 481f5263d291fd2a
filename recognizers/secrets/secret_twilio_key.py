"""Twilio keys."""

from recognizers.recognizer import Pattern, Recognizer

_CONNECTOR = r"[\"']?[ \t]{0,2}(?:[:=]|=>| is )?[ \t\"']{0,3}"

RECOGNIZER = Recognizer(
    entity="SECRET_TWILIO_KEY",
    summary="Twilio API key, account identifier, or auth token in context.",
    source="Twilio docs, 'API keys' (SK...), 'Auth tokens'",
    patterns=(
        Pattern(name="api key", regex=r"SK[0-9a-f]{32}", score=1.0, checksum="random_hex"),
        Pattern(name="account", regex=r"AC[0-9a-f]{32}", score=0.8, checksum="random_hex"),
        Pattern(
            name="auth token",
            regex=rf"twilio(?:[ _-]?(?:auth|account|api|token|key|secret)){{0,3}}{_CONNECTOR}([0-9a-f]{{32}})",
            score=1.0,
            checksum="random_hex",
            not_preceded_by="",
            ignore_case=True,
        ),
    ),
    examples=(
        "«SK3f1a9c0d7be24685ac1fe0937d5b2864»",
        "TWILIO_AUTH_TOKEN=«9c0d7be24685ac1fe0937d5b28643f1a»",
        "Twilio token «0a1b2c3d4e5f60718293a4b5c6d7e8f9» rotated",
    ),
    non_examples=(
        "SK00000000000000000000000000000000",
        "md5 9c0d7be24685ac1fe0937d5b28643f1a",
        "Twilio is a vendor",
    ),
)
