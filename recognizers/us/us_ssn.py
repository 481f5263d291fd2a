"""United States Social Security numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_SSN",
    summary="US Social Security number: in groups of 3-2-4, or nine digits next to a word like SSN.",
    source="20 CFR 422.103; SSA number randomization (2011); 45 CFR 164.514(b)(2)(i)(G)",
    patterns=(
        Pattern(
            name="grouped",
            regex=r"\d{3}(?: ?- ?\d{2} ?- ?| {1,2}\d{2} {1,2}|\.\d{2}\.|/\d{2}/|_\d{2}_)\d{4}",
            score=0.85,
            checksum="us_ssn_shape",
        ),
        Pattern(name="spaced groups", regex=r"\d \d \d ?- ?\d \d ?- ?\d \d \d \d", score=0.85, checksum="us_ssn_shape"),
        Pattern(name="spaced", regex=r"\d(?: {1,3}\d){8}", score=0.55, checksum="us_ssn_spaced"),
        Pattern(name="plain", regex=r"\d{9}", score=0.4, checksum="us_ssn", needs_context=True),
    ),
    context=("ssn", "social security", "social security number", "social", "ss#", "ssn#", "soc sec", "ss number"),
    examples=(
        "it is «536-22-8726».",
        "it is «536 22 8726» or «536.22.8726»",
        "SSN: «536228726»",
        "social security number «536228726»",
        "«536‑22‑8726» with non-breaking hyphens",
        "the specimen «078-05-1120» counts",
        "and «923-12-4567», which the SSA never issues but systems use as a stand-in",
        "«５３６-２２-８７２６»",
        "«536%2D22%2D8726»",
        "«5 3 6 - 2 2 - 8 7 2 6» or «5 3 6 2 2 8 7 2 6» spaced out",
        "«five three six two two eight seven two six» in words",
    ),
    non_examples=(
        "000-22-8726",
        "666-22-8726",
        "536-00-8726",
        "536-22-0000",
        "order 536228726",
        "1 2 3 4 5 6 7 8 9",
        "0 1 0 1 1 0 1 1 0",
    ),
)
