"""Notion tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_NOTION_TOKEN",
    summary="Token of a Notion integration, in its old or new form.",
    source="Notion developer docs, 'Authorization' (ntn_, formerly secret_)",
    patterns=(
        Pattern(
            name="new",
            regex=r"ntn_[A-Za-z0-9]{30}",
            score=1.0,
            checksum="token_after_prefix",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=64),
        ),
        Pattern(name="old", regex=r"secret_[A-Za-z0-9]{43}", score=0.9, checksum="base58_mixed"),
    ),
    examples=(
        "«ntn_40217385562wBqDeRgHxJkZmNtPqLsTuVwXyY0b7aQm» works",
        "NOTION: «secret_aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4c»",
        "use «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»",
    ),
    non_examples=(
        "ntn_ is the prefix",
        "secret_santa_list",
        "secret_of_the_old_house_on_the_hill_by_the_sea",
    ),
)
