"""Heroku keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_HEROKU_KEY",
    summary="Heroku API key: HRKU- form, or a UUID next to the word Heroku.",
    source="Heroku Dev Center, 'Platform API reference', 'OAuth token prefixes'",
    patterns=(
        Pattern(
            name="prefixed",
            regex=r"HRKU-[A-Za-z0-9_-]{30}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=128),
        ),
        Pattern(
            name="uuid",
            regex=r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
            score=0.5,
            checksum="random_hex",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=("heroku", "heroku api key", "heroku key"),
    examples=(
        "«HRKU-AAaBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRs»",
        "HEROKU_API_KEY=«3f2504e0-4f89-41d3-9a0c-0305e82c3301»",
        "Heroku key «6ba7b810-9dad-11d1-80b4-00c04fd430c8»",
    ),
    non_examples=(
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "HRKU-short",
        "heroku is a host",
    ),
)
