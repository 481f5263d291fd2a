"""Twilio keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_TWILIO_KEY",
    summary="Twilio API key, or auth token in context.",
    source="Twilio docs, 'API keys' (SK...), 'Auth tokens'",
    patterns=(
        Pattern(name="api key", regex=r"SK[0-9a-f]{32}", score=1.0, checksum="random_hex"),
        Pattern(name="auth token", regex=r"[0-9a-f]{32}", score=0.5, checksum="random_hex", needs_context=True),
    ),
    context=("twilio", "twilio auth token", "twilio token"),
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
