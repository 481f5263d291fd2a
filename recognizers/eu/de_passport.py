"""Passport numbers of Germany."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_PASSPORT",
    summary="German passport number in the alphabet of ICAO documents, with its check digit, or without it next to a "
    "word like Reisepass.",
    source="Passverordnung, annex 11; ICAO Doc 9303 part 3",
    patterns=(
        Pattern(name="checked", regex=r"[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}\d", score=0.35, checksum="de_document"),
        Pattern(
            name="in context",
            regex="[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{2}[0-9][0-9CFGHJKLMNPRTVWXYZ]{5}|[CFGHJK][0-9][0-9CFGHJKLMNPRTVWXYZ]{7}",
            score=0.3,
            needs_context=True,
        ),
    ),
    context=(
        "reisepass", "reisepassnummer", "passnummer", "pass-nr", "passnr", "reisepassnr", "german passport", "passport",
        "passport number",
    ),
    examples=("Reisepass «C01X00T47»", "Passnummer: «C01X00T478»", "German passport «CH1234567»"),
    non_examples=("part C01X00T47", "Reisepass C01A00T47", "C01X00T470 is no number"),
)  # fmt: skip
