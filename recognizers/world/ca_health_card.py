"""Canadian health card numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CA_HEALTH_CARD",
    summary="Health card of a Canadian province next to a word like health card: Ontario (with version code), British "
    "Columbia, Quebec (RAMQ), and the common form of others.",
    source="OHIP health card technical specification (Ontario); BC conformance standards vol. 4B; RAMQ; common form "
    "for other provinces",
    patterns=(
        Pattern(
            name="ontario",
            regex=r"\d{4}[ -]?\d{3}[ -]?\d{3}(?:[ -]?[A-Z]{2})?",
            score=0.5,
            checksum="ca_health_card",
            needs_context=True,
        ),
        Pattern(name="quebec", regex=r"[A-Z]{4} ?\d{4} ?\d{4}", score=0.5, needs_context=True),
        Pattern(name="nine digits", regex=r"\d{5}-\d{4}|\d{3} \d{3} \d{3}|\d{9}", score=0.3, needs_context=True),
    ),
    context=(
        "health card",
        "health card number",
        "health number",
        "personal health number",
        "phn",
        "ohip",
        "ohip number",
        "ramq",
        "care card",
        "ahcip",
        "assurance maladie",
        "carte d'assurance maladie",
        "carte soleil",
    ),
    examples=(
        "OHIP «9876-543-217-AB» on file",
        "health card number «9876 543 217»",
        "PHN «9698 658 215»",
        "RAMQ: «TREM 5305 1512»",
        "Alberta health number «12345-6789»",
    ),
    non_examples=(
        "OHIP 8876-543-218 fails",
        "the figure 9876 543 217",
        "TREM 5305 1512 is a reference",
        "ticket 12345-6789",
    ),
)
