"""Korean resident registration numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="KR_RRN",
    summary="Korean resident (or alien) registration number: date of birth, hyphen, seven digits; without the hyphen "
    "next to a word like RRN, with its check digit.",
    source="Enforcement Rule of the Resident Registration Act (Korea) art. 2; random digits from October 2020 on",
    patterns=(
        Pattern(
            name="hyphenated",
            regex=r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[0-9]\d{6}",
            score=0.6,
            checksum="kr_rrn_shape",
        ),
        Pattern(name="plain", regex=r"\d{6} ?\d{7}", score=0.55, checksum="stdnum.kr.rrn", needs_context=True),
    ),
    context=(
        "rrn",
        "resident registration number",
        "resident registration",
        "resident number",
        "jumin",
        "alien registration number",
        "korean id",
        "주민등록번호",
        "주민번호",
    ),
    examples=(
        "RRN «900817-1491969»",
        "jumin «900817-2212083» filed",
        "resident registration number: «9008172080948»",
    ),
    non_examples=(
        "RRN 901317-1491969 has no such month",
        "9008172080948 alone",
        "RRN 9008172080949 fails",
    ),
)
