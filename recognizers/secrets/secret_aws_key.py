"""Amazon Web Services access keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_AWS_ACCESS_KEY",
    summary="AWS access key id, or a secret access key next to its name.",
    source="AWS IAM user guide, 'Understanding unique ID prefixes'",
    patterns=(
        Pattern(name="id", regex=r"A[KSBC][IC]A[A-Z2-7]{16}", score=1.0),
        Pattern(
            name="secret",
            regex=r"secret_?(?:access_?)?key[\"']?\s{0,2}[:=]{1,2}>?\s{0,2}[\"']?([A-Za-z0-9/+]{40})",
            score=1.0,
            not_preceded_by="",
            not_followed_by=r"A-Za-z0-9/+",
            ignore_case=True,
        ),
    ),
    examples=(
        "id «AKIAIOSFODNN7EXAMPLE»",
        "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
    ),
    non_examples=("AKIA is a prefix", "aws sha da39a3ee5e6b4b0d3255bfef95601890afd80709"),
)
