"""Card PINs."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CARD_PIN",
    summary="Personal identification number after its label; only the digits are redacted.",
    source="ISO 9564-1 (4 to 12 digits, in use 4 to 6); PCI DSS v4.0.1 requirement 3.3.1.3",
    patterns=(
        Pattern(
            name="label",
            regex=r"pin(?: (?:number|no\.?|for (?:the|my|this) (?:card|account)))?"
            r"[\"']?[ \t]{0,2}(?:[:=#]{1,2}|is|was)[ \t]{0,2}[\"']?(\d{4,6})",
            score=0.8,
            ignore_case=True,
        ),
        Pattern(
            name="code",
            regex=r"pin code[\"']?[ \t]{0,2}(?:[:=#]{1,2}|is|was)?[ \t]{0,2}[\"']?(\d{4})",
            score=0.7,
            ignore_case=True,
        ),
        Pattern(name="upper case", regex=r"PIN (\d{4})", score=0.6),
    ),
    examples=(
        "my PIN is «4821».",
        'pin: «0042», "pin": "«193847»"',
        "PIN code «7391» for the card",
        "PIN «1234» at the machine",
    ),
    non_examples=(
        "pin 12 of the chip",
        "the pin is 3.3 volts",
        "spin = 4821",
        "pinned: 4821",
    ),
)
