"""Israeli identity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IL_ID",
    summary="Israeli identity number (Teudat Zehut): nine digits with a check digit, in context.",
    source="Population Registry Law 5725-1965 (Israel); check digit as in Luhn",
    patterns=(Pattern(name="number", regex=r"\d{8}-?\d", score=0.5, checksum="stdnum.il.idnr", needs_context=True),),
    context=(
        "teudat zehut", "te'udat zehut", "israeli id", "israel id", "mispar zehut", "tz number",
        "ת.ז", "תעודת זהות",
    ),
    examples=(
        "Teudat Zehut «168388338»",
        "Israeli ID: «92742694-0»",
        "mispar zehut «974766792»",
    ),
    non_examples=(
        "Teudat Zehut 168388339 fails",
        "the number 168388338",
        "Israeli ID is required",
    ),
)  # fmt: skip
