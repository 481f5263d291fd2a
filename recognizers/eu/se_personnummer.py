"""Personal identity numbers of Sweden."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SE_PERSONNUMMER",
    summary="Swedish personal identity number or coordination number: birth date, serial, Luhn check digit; written "
    "6-4, or next to a word like personnummer.",
    source="Folkbokföringslagen (1991:481) section 18; Skatteverket SKV 704, SKV 707",
    patterns=(
        Pattern(name="with sign", regex=r"\d{2}[01]\d[0-9]\d[-+]\d{4}", score=0.6, checksum="se_personnummer"),
        Pattern(
            name="with century",
            regex=r"(?:18|19|20)\d{2}[01]\d{3}[-+]\d{4}",
            score=0.4,
            checksum="se_personnummer",
        ),
        Pattern(
            name="in context",
            regex=r"(?:18|19|20)?\d{2}[01]\d{3} ?\d{4}",
            score=0.4,
            checksum="se_personnummer",
            needs_context=True,
        ),
    ),
    context=(
        "personnummer", "personnr", "pers.nr", "pnr", "samordningsnummer", "personal identity number",
        "swedish personal number", "swedish id",
    ),
    examples=(
        "personnummer «19811218-9876»",
        "it is «811218-9876»",
        "Personnr: «197504121232»",
        "samordningsnummer «701063-2391»",
    ),
    non_examples=("personnummer 811218-9870", "order 8112189876", "personnummer 811318-9876"),
)  # fmt: skip
