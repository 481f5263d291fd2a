"""Thai identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="TH_TNIN",
    summary="Thai national identification number: thirteen digits with a check digit, hyphenated 1-4-5-2-1 or in "
    "context.",
    source="Department of Provincial Administration (Thailand), Population Registration Act B.E. 2534",
    patterns=(
        Pattern(
            name="hyphenated",
            regex=r"[1-8](?:-\d{4}-\d{5}-\d{2}-| \d{4} \d{5} \d{2} )\d",
            score=0.7,
            checksum="stdnum.th.pin",
        ),
        Pattern(name="plain", regex=r"[1-8]\d{12}", score=0.55, checksum="stdnum.th.pin", needs_context=True),
    ),
    context=(
        "thai id", "thai national id", "tnin", "thai identification number", "thai citizen id",
        "bat prachachon", "เลขประจำตัวประชาชน", "บัตรประชาชน",
    ),
    examples=(
        "Thai ID «4197158651888»",
        "holder «1-9471-23437-86-1» of Bangkok",
        "thai national id: «5 4688 36358 55 9»",
    ),
    non_examples=(
        "Thai ID 4197158651889 fails",
        "4197158651888 alone",
        "1-9471-23437-86-2",
    ),
)  # fmt: skip
