"""Canadian Social Insurance Numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CA_SIN",
    summary="Canadian Social Insurance Number: nine digits with a valid Luhn check digit, in groups of three or next "
    "to a word like SIN.",
    source="Employment Insurance Act (Canada) s. 138; Service Canada, SIN Code of Practice",
    patterns=(
        Pattern(name="dashed", regex=r"[1-79]\d{2}-\d{3}-\d{3}", score=0.4, checksum="stdnum.ca.sin"),
        Pattern(name="plain", regex=r"\d{3} ?\d{3} ?\d{3}", score=0.4, checksum="ca_sin", needs_context=True),
    ),
    context=(
        "sin",
        "sin number",
        "social insurance",
        "social insurance number",
        "numero d'assurance sociale",
        "assurance sociale",
    ),
    examples=(
        "SIN: «628-194-821»",
        "social insurance number «993 518 190».",
        "my sin is «543231948»",
        "numéro d’assurance sociale : «507 529 170»",
    ),
    non_examples=(
        "SIN 628-194-822 fails Luhn",
        "order 628194821 was sent",
        "sin 028 194 825 begins with 0",
        "part 993 518 190 in stock",
    ),
)
