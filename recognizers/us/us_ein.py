"""United States employer identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_EIN",
    summary="US employer identification number (a sole proprietor's identifies a person): a prefix that the IRS gives "
    "out, next to a word like EIN; the form 12-3456789 also alone at a low score.",
    source="26 CFR 301.6109-1(a)(1)(ii)(C); IRS, 'How EINs are assigned and valid EIN prefixes'",
    patterns=(
        Pattern(
            name="hyphen",
            regex=r"\d{2}-\d{7}",
            score=0.35,
            checksum="stdnum.us.ein",
            not_preceded_by="A-Za-z0-9ø-",
        ),
        Pattern(name="plain", regex=r"\d{9}", score=0.35, checksum="stdnum.us.ein", needs_context=True),
    ),
    context=(
        "ein", "fein", "employer id", "employer identification", "employer identification number", "federal tax id",
        "federal id", "tax id", "tax identification number", "business tax id", "ss-4", "w-9",
    ),
    examples=(
        "our EIN is «12-3456789».",
        "Federal tax ID: «471928365»",
        "employer identification number «83-1029384»",
    ),
    non_examples=(
        "the range 12-3456789 stands alone",
        "EIN 07-3456789 has a prefix that is not given out",
        "EIN 12-345678 is short",
        "order 471928365",
    ),
)  # fmt: skip
