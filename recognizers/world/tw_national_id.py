"""Taiwanese national ids."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="TW_NATIONAL_ID",
    summary="Taiwanese national identification card or resident certificate: letter, nine digits with a check digit, "
    "in context.",
    source="Ministry of the Interior (Taiwan), Household Registration Act; National Immigration Agency, new UI No. "
    "of 2021",
    patterns=(
        Pattern(
            name="number",
            regex=r"[A-Z][ -]?[1289]\d{8}",
            score=0.5,
            checksum="tw_national_id",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "taiwan id",
        "taiwanese id",
        "national id",
        "national identification",
        "arc",
        "arc number",
        "ui no",
        "resident certificate",
        "身分證",
        "身份證",
    ),
    examples=(
        "Taiwan ID «A123456789»",
        "national ID: «a123456789»",
        "ARC number «A800000014»",
    ),
    non_examples=(
        "Taiwan ID A123456788 fails",
        "Taiwan ID A323456789",
        "national id 123456789",
    ),
)
