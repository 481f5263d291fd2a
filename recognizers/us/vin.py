"""Vehicle identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

_CHAR = "[A-HJ-NPR-Z0-9]"

RECOGNIZER = Recognizer(
    entity="VIN",
    summary="Vehicle identification number: 17 characters with the check digit of North America, or any next to a word "
    "like VIN.",
    source="49 CFR 565.13-565.15; ISO 3779; 45 CFR 164.514(b)(2)(i)(L)",
    patterns=(
        Pattern(
            name="check digit",
            regex=rf"{_CHAR}{{8}}[0-9X]{_CHAR}{{4}}\d{{4}}",
            score=0.75,
            checksum="vin",
        ),
        Pattern(name="any", regex=rf"{_CHAR}{{13}}\d{{4}}", score=0.4, needs_context=True, ignore_case=True),
    ),
    context=(
        "vin", "vin number", "vin#", "vehicle identification", "vehicle identification number", "vehicle id",
        "chassis", "chassis number", "frame number", "fahrgestellnummer", "fahrzeug-identifizierungsnummer",
    ),
    examples=(
        "the car «1G4AH59H45G118341» was sold",
        "VIN: «5YJSA1E22FF101234»",
        "vin wdb: «wdbrf61j53f482917»",
        "chassis number «WVWZZZ1JZXW000001» without check digit",
    ),
    non_examples=(
        "1G4AH59H55G118341 has a wrong check digit",
        "1G4AH59H45G11834 is short",
        "IOQAH59H45G118341",
        "11111111111111111",
    ),
)  # fmt: skip
