"""Malaysian identity cards."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MY_NRIC",
    summary="Malaysian identity card number (MyKad): date of birth, place of birth, four digits.",
    source="National Registration Regulations 1990 (Malaysia); JPN, codes of places of birth",
    patterns=(
        Pattern(
            name="hyphenated",
            regex=r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-\d{2}-\d{4}",
            score=0.65,
            checksum="stdnum.my.nric",
        ),
        Pattern(
            name="plain", regex=r"\d{12}|\d{6} \d{2} \d{4}", score=0.5, checksum="stdnum.my.nric", needs_context=True
        ),
    ),
    context=("mykad", "my kad", "mykid", "nric", "ic no", "ic number", "kad pengenalan", "malaysian id"),
    examples=(
        "IC No «900817-41-9898»",
        "MyKad: «900817506286»",
        "holder «900817-61-6701» born",
        "kad pengenalan «900817 72 6306»",
    ),
    non_examples=(
        "MyKad 901317-41-9898 has no such month",
        "900817506286 alone",
        "900817-69-6701 has no such place",
    ),
)
