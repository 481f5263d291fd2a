"""Indian GST identification numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IN_GSTIN",
    summary="Goods and Services Tax identification number of India: state, PAN of the holder, entity, Z, check "
    "character.",
    source="Central Goods and Services Tax Rules 2017, rule 10; GSTN, format of GSTIN",
    patterns=(
        Pattern(
            name="number",
            regex=r"[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]",
            score=0.9,
            checksum="stdnum.in_.gstin",
            ignore_case=True,
        ),
    ),
    context=("gstin", "gst", "gst no", "gst number"),
    examples=(
        "GSTIN «27AAPFU9659V1ZF»",
        "GST no: «27aapfu0562v1z3»",
        "bill to «27AAPFU6301V1Z6», Mumbai",
    ),
    non_examples=(
        "27AAPFU9659V1ZG fails",
        "GSTIN 99AAPFU9659V1ZF",
        "GSTIN 27AAPFU9659V1XF",
    ),
)
