"""Terraform tokens."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_TERRAFORM_TOKEN",
    summary="API token of HCP Terraform or Terraform Enterprise.",
    source="HashiCorp, 'HCP Terraform API tokens' (...atlasv1...)",
    patterns=(
        Pattern(
            name="token",
            regex=r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{50,70}",
            score=1.0,
            not_followed_by=WORD_CHARS + "_=-",
        ),
    ),
    examples=(
        'token = "«aB1cD2eF3gH4iJ.atlasv1.kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5eF6gH7iJ8kL9mN0oP1qR2sT3uV4wX5yZ6aB7c»"',
        "«Zz9Yy8Xx7Ww6Vv.atlasv1.0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdefABCD»",
        "TFE «0123456789abcd.atlasv1.QwErTyUiOpAsDfGhJkLzXcVbNm1234567890QwErTyUiOpAsDfGhJkLz»",
    ),
    non_examples=(
        ".atlasv1. is the mark",
        "abc.atlasv1.def",
        "aB1cD2eF3gH4iJ.atlasv1.short",
    ),
)
