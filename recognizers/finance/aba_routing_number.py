"""ABA routing numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ABA_ROUTING_NUMBER",
    summary="Routing transit number of a US bank: check digit and district agree, next to a word like routing; alone "
    "only at a low score.",
    source="ABA Key to Routing Numbers (check digit 3-7-1); 12 CFR 229 appendix A (districts)",
    patterns=(
        Pattern(name="plain", regex=r"\d{9}", score=0.35, checksum="us_aba"),
        Pattern(name="hyphens", regex=r"\d{4}-\d{4}-\d", score=0.45, checksum="us_aba"),
    ),
    context=(
        "routing", "routing number", "routing no", "routing transit", "aba", "aba number", "aba routing", "rtn",
        "bank routing", "ach", "wire transfer", "direct deposit", "fedwire", "micr",
    ),
    examples=(
        "routing number «021000089»",
        "ABA: «1220-0049-6»",
        "for the wire transfer use «311074097».",
        "RTN «122000496», account to follow",
    ),
    non_examples=(
        "routing number 021000088 fails the check",
        "the order 021000089 alone",
        "routing 451000089 is of no district",
        "routing 02100008",
    ),
)  # fmt: skip
