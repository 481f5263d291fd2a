"""Pakistani identity cards."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PK_CNIC",
    summary="Pakistani computerized national identity card number: 5-7-1 digits, the first names the province, the "
    "last the sex.",
    source="NADRA Ordinance 2000 (Pakistan); NADRA, CNIC number format",
    patterns=(
        Pattern(name="hyphenated", regex=r"[1-7]\d{4}-\d{7}-[1-9]", score=0.7, checksum="stdnum.pk.cnic"),
        Pattern(name="plain", regex=r"[1-7]\d{11}[1-9]", score=0.5, checksum="stdnum.pk.cnic", needs_context=True),
    ),
    context=("cnic", "nicop", "cnic no", "nadra", "pakistani id"),
    examples=(
        "CNIC «32093-0803217-6»",
        "cnic no: «3294172509285»",
        "holder «34489-2572105-9», Lahore",
    ),
    non_examples=(
        "CNIC 82093-0803217-6 has no such province",
        "3294172509285 alone",
        "32093-0803217-0",
    ),
)
