"""New Relic keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_NEW_RELIC_KEY",
    summary="New Relic user, ingest, browser or license key.",
    source="New Relic docs, 'API keys' (NRAK-, NRII-, NRJS-, ...NRAL)",
    patterns=(
        Pattern(name="user", regex=r"NRAK-[A-Z0-9]{27}", score=1.0),
        Pattern(name="ingest", regex=r"NR(?:II|IQ|BR|RA|SP)-[A-Za-z0-9_-]{24,40}", score=1.0),
        Pattern(name="browser", regex=r"NRJS-[0-9a-f]{19}", score=1.0),
        Pattern(name="license", regex=r"(?:eu01xx)?[0-9a-f]{30,36}(?:NRAL|FFFFNRAL)", score=1.0),
    ),
    examples=(
        "«NRAK-ABCDEFGHIJ0123456789KLMNOPQ» of a user",
        "insert «NRII-aBcDeFgHiJkLmNoPqRsTuVwXyZ012345»",
        "license «3f1a9c0d7be24685ac1fe0937d5b28640e1fNRAL»",
        "«NRJS-3f1a9c0d7be24685ac1»",
    ),
    non_examples=(
        "NRAK- is the prefix",
        "NRII-short",
        "NRAL",
    ),
)
