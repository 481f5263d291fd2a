"""Prescription numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PRESCRIPTION_NUMBER",
    summary="Number that a pharmacy gives to a prescription, next to a word like Rx.",
    source="NCPDP Telecommunication Standard, field 402-D2 (up to 12 digits); with store number: common form",
    patterns=(
        Pattern(
            name="label",
            regex=r"(?:rx|prescription|refill|script)(?:[ _]?(?:number|num|no\.?|id))?[\"']?"
            r"[ \t]{0,2}[:#=]{0,2}[ \t]{0,2}[\"']?((?:rx)?\d{6,12})",
            score=0.7,
            ignore_case=True,
        ),
        Pattern(name="with store", regex=r"\d{6,8}-\d{4,5}|\d{4,5}-\d{6,8}", score=0.4, needs_context=True),
        Pattern(name="prefix", regex=r"(?:RX|Rx)[-#:]? ?([CN]\d{6,12})", score=0.7),
        Pattern(name="schedule letter", regex=r"[CN]\d{6,9}", score=0.35, needs_context=True),
    ),
    context=(
        "rx", "rx#", "rx #", "rx no", "rx number", "rx:", "prescription", "prescription number", "prescription no",
        "prescription #", "prescription id", "refill", "refill number", "script number",
    ),
    examples=(
        "Rx #«7728193», two refills",
        "prescription number «774471829»",
        "Prescription: «1827364-04471»",
        "RX«90817263», Rx-«C4471829»",
        "refill «N402918»",
    ),
    non_examples=(
        "Rx 500 mg twice daily",
        "prescription of nystatin 100000 units",
        "prescription for 12 days",
        "the order 7728193",
        "prescribed 7728193",
    ),
)  # fmt: skip
