"""Medicare health insurance claim numbers of the time before 2020."""

from recognizers.recognizer import Pattern, Recognizer

_CODE = "-?[A-FHJKMTW][A-Z0-9]?"

RECOGNIZER = Recognizer(
    entity="US_MEDICARE_HICN",
    summary="Legacy Medicare claim number: a Social Security number with a beneficiary code, or a Railroad Retirement "
    "number with its prefix.",
    source="SSA POMS GN 01050.005 (claim symbols); CMS, 'Medicare's ID numbers (HIC)' for the railroad forms",
    patterns=(
        Pattern(name="grouped", regex=rf"\d{{3}}-\d{{2}}-\d{{4}}{_CODE}", score=0.7, checksum="us_hicn"),
        Pattern(
            name="plain",
            regex=rf"\d{{3}} ?\d{{2}} ?\d{{4}}{_CODE}",
            score=0.4,
            checksum="us_hicn",
            needs_context=True,
        ),
        Pattern(
            name="railroad",
            regex=r"(?:[CJMPW]?A|WCA|[JMPW]?H|WCH|[MPW]D|X)-?(?:\d{6}|\d{3}-?\d{2}-?\d{4})",
            score=0.4,
            checksum="us_hicn",
            needs_context=True,
        ),
    ),
    context=(
        "medicare", "medicare number", "medicare claim number", "hicn", "hic", "hic number", "hic no",
        "health insurance claim", "health insurance claim number", "railroad retirement", "railroad medicare", "rrb",
    ),
    examples=(
        "HICN «536-22-8726A»",
        "Medicare claim number «536228726B2»",
        "railroad medicare «WA-536-22-8726»",
        "the old number «219-09-4471-D» of a widow",
    ),
    non_examples=(
        "HICN 000-22-8726A has no such area",
        "grid 536228726A",
        "HICN 53622872A is short",
        "medicare part A in 2019",
    ),
)  # fmt: skip
