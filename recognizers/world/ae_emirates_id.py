"""Emirates ids."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AE_EMIRATES_ID",
    summary="Emirates ID number: 784, year of birth, seven digits, one more.",
    source="Federal Authority for Identity, Citizenship, Customs and Port Security (UAE); ISO 3166-1 for 784",
    patterns=(
        Pattern(
            name="hyphenated",
            regex=r"784-(?:19|20)\d{2}-\d{7}-\d|784 (?:19|20)\d{2} \d{7} \d",
            score=0.9,
            checksum="ae_emirates_id",
        ),
        Pattern(name="plain", regex=r"784(?:19|20)\d{10}", score=0.6, checksum="ae_emirates_id"),
    ),
    context=("emirates id", "eid", "emirates id number", "uae id", "الهوية الإماراتية", "رقم الهوية"),
    examples=(
        "Emirates ID «784-1990-1234567-1»",
        "holder «784 1985 7654321 2» in Dubai",
        "EID: «784199012345676»",
    ),
    non_examples=(
        "785-1990-1234567-1",
        "784-1790-1234567-1",
        "784199012345670 fails",
    ),
)
