"""SendGrid keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_SENDGRID_KEY",
    summary="API key of Twilio SendGrid: SG., key id, key.",
    source="Twilio SendGrid docs, 'API Keys'",
    patterns=(Pattern(name="key", regex=r"SG\.[A-Za-z0-9_-]{16,24}\.[A-Za-z0-9_-]{30,60}", score=1.0),),
    examples=(
        "«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»",
        'key: "«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»"',
        "SENDGRID=«SG.aaaBBB111cccDDD222eeeF.gggHHH333iiiJJJ444kkkLLL555mmmNNN666ooo»",
    ),
    non_examples=(
        "SG. is Singapore",
        "SG.short.key",
        "MSG.ngeVfQFYQlKU0ufo8x5d1A",
    ),
)
