"""Vehicle registration marks of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_VEHICLE_REGISTRATION",
    summary="UK number plate: current, prefix, suffix and Northern Ireland forms, next to a word like number plate.",
    source="DVLA, INF104 'Vehicle registration numbers and number plates'",
    patterns=(
        Pattern(
            name="current",
            regex=r"[A-HJ-PR-Y][A-HJ-PR-Y]\d{2} ?[A-HJ-PR-Z]{3}",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(
            name="prefix",
            regex=r"[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Y][A-HJ-PR-Z]{2}",
            score=0.3,
            needs_context=True,
        ),
        Pattern(name="suffix", regex=r"[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-TV-Y]", score=0.3, needs_context=True),
        Pattern(name="northern ireland", regex=r"[A-Z]?[A-Z]Z ?\d{1,4}", score=0.3, needs_context=True),
    ),
    context=(
        "number plate", "registration plate", "registration mark", "vehicle registration", "car registration",
        "registration number", "registration", "reg", "reg number", "reg no", "reg plate", "vrm", "vrn", "car reg",
        "vehicle reg", "dvla",
    ),
    examples=(
        "number plate «AB12 CDE»",
        "VRM: «ab12cde»",
        "car reg «A123 BCD»",
        "registration mark «ABC 123D»",
        "VRM of Belfast: «AEZ 1234»",
    ),
    non_examples=("flight AB12 CDE", "number plate AI12 CDE", "the vehicle registration office in room A1"),
)  # fmt: skip
