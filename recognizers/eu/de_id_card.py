"""Identity card numbers of Germany."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_ID_CARD",
    summary="German identity card number (Personalausweisnummer) in the alphabet of ICAO documents, with its check "
    "digit, or without it next to a word like Personalausweis.",
    source="Personalausweisverordnung, annex 3; BSI TR-03127; ICAO Doc 9303 part 3",
    patterns=(
        Pattern(
            name="with check digit",
            regex=r"[LMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d(?:D(?:<<)?)?",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(name="checked", regex=r"[LMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d", score=0.35, checksum="de_document"),
        Pattern(
            name="in context",
            regex="[LMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{7}[0-9CFGHJKLMNPRTVWXYZ]",
            score=0.3,
            needs_context=True,
        ),
        Pattern(name="before 2010", regex=r"\d{10}D", score=0.4, needs_context=True),
    ),
    context=(
        "personalausweis", "personalausweisnummer", "ausweisnummer", "ausweis-nr", "ausweisnr", "ausweis", "perso",
        "german id card", "identity card", "id card",
    ),
    examples=(
        "Personalausweis «L01X00T47»",
        "Ausweisnummer: «L01X00T471»",
        "Perso «T22000129»",
        "German ID card «LZ6311T475»",
    ),
    non_examples=("part L01X00T47", "Personalausweis L01A00T47", "L01X00T470 is no number", "MYTHMYTHM is a word"),
)  # fmt: skip
