"""Chinese resident identity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CN_RESIDENT_ID",
    summary="Chinese resident identity card number: division, date of birth, sequence, ISO 7064 MOD 11-2.",
    source="GB 11643-1999; Law on Resident Identity Cards art. 3",
    patterns=(
        Pattern(
            name="number",
            regex=r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]",
            score=0.95,
            checksum="cn_resident_id",
        ),
        Pattern(
            name="spaced",
            regex=r"[1-8]\d{5}[ -](?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx]",
            score=0.9,
            checksum="cn_resident_id",
        ),
    ),
    context=(
        "resident identity card", "resident id", "identity card", "shenfenzheng", "chinese id",
        "citizen id", "身份证", "身份證",
    ),
    examples=(
        "ID «11010519491231002X»",
        "holder «11010519491231002x», Beijing",
        "shenfenzheng «110105 19491231 002X»",
    ),
    non_examples=(
        "110105194912310021 fails",
        "11010519491331002X",
        "99010519491231002X",
    ),
)  # fmt: skip
