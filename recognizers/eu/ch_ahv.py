"""Old-age insurance numbers of Switzerland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CH_AHV",
    summary="Swiss old-age insurance number (AHV, AVS, NAVS13), 13 digits that begin with 756, with an EAN check "
    "digit.",
    source="AHVG article 50c, AHVV article 133bis; Zentrale Ausgleichsstelle, 'NAVS13'",
    patterns=(
        Pattern(name="number", regex=r"756[. -]?\d{4}[. -]?\d{4}[. -]?\d{2}", score=0.9, checksum="stdnum.ch.ssn"),
    ),
    context=(
        "ahv", "ahv-nummer", "ahv-nr", "avs", "numero avs", "oasi", "navs", "sozialversicherungsnummer",
        "swiss social security",
    ),
    examples=("AHV «756.1234.5678.97»", "it is «7569876543217»", "numéro AVS: «756 9217 0769 85»"),
    non_examples=("AHV 756.1234.5678.90", "755.1234.5678.97", "756.1234"),
)  # fmt: skip
