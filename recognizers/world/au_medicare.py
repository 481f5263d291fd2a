"""Australian Medicare numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AU_MEDICARE",
    summary="Australian Medicare card number: ten digits with a check digit, an individual reference number after "
    "them, or not.",
    source="Services Australia, Medicare card; METeOR 270101",
    patterns=(
        Pattern(name="grouped", regex=r"[2-6]\d{3}[ -]\d{5}[ -]\d(?:[ /-]\d)?", score=0.45, checksum="au_medicare"),
        Pattern(name="plain", regex=r"[2-6]\d{9}(?:[ /-]?\d)?", score=0.4, checksum="au_medicare", needs_context=True),
    ),
    context=("medicare", "medicare number", "medicare card", "medicare no"),
    examples=(
        "Medicare «2123 45670 1»",
        "medicare card number: «2123456701»",
        "Medicare no «2123 45670 1/1»",
    ),
    non_examples=(
        "Medicare 2123 45671 1 fails",
        "order 2123456701",
        "medicare 1123 45670 1",
    ),
)
