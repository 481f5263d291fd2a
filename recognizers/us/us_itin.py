"""United States individual taxpayer identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_ITIN",
    summary="US individual taxpayer identification number: 9XX and one of its groups, in groups of 3-2-4, or nine "
    "digits next to a word like ITIN.",
    source="IRS Publication 1915 and IRM 3.21.263 (groups 50-65, 70-88, 90-92, 94-99)",
    patterns=(
        Pattern(
            name="grouped",
            regex=r"9\d{2}(?: ?- ?\d{2} ?- ?| \d{2} |\.\d{2}\.)\d{4}",
            score=0.9,
            checksum="us_itin",
        ),
        Pattern(name="plain", regex=r"9\d{8}", score=0.45, checksum="us_itin", needs_context=True),
    ),
    context=(
        "itin", "itin number", "taxpayer identification", "taxpayer identification number", "individual taxpayer",
        "taxpayer id", "taxpayer number", "tax id", "tax identification number", "w-7",
    ),
    examples=(
        "ITIN «912-72-3456».",
        "it is «999 58 1042» or «999.58.1042»",
        "taxpayer id: «912723456»",
        "with dashes of print «912–72–3456»",
    ),
    non_examples=(
        "912-93-3456 has a group that is not issued",
        "812-72-3456 begins with 8",
        "order 912723456 without a word",
        "a912-72-3456",
    ),
)  # fmt: skip
