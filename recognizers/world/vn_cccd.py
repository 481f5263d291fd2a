"""Vietnamese citizen identity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="VN_CCCD",
    summary="Vietnamese citizen identity number: province, century and sex, year of birth, twelve digits in context.",
    source="Law on Identity 26/2023/QH15 (Vietnam); Circular 59/2021/TT-BCA",
    patterns=(
        Pattern(
            name="number",
            regex=r"0\d{2}[0-3]\d{8}|0\d{2} ?[0-3]\d{2} ?\d{3} ?\d{3}",
            score=0.5,
            checksum="vn_cccd",
            needs_context=True,
        ),
    ),
    context=("cccd", "can cuoc cong dan", "can cuoc", "cmnd", "so dinh danh", "vietnamese id", "citizen identity card"),
    examples=(
        "CCCD «001090012345»",
        "căn cước công dân: «079 203 001 234»",
        "số định danh «036088012345»",
    ),
    non_examples=(
        "CCCD 101090012345 has no such province",
        "001090012345 alone",
        "cccd 00109001234",
    ),
)
