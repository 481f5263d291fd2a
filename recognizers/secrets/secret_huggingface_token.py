"""Hugging Face tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_HUGGINGFACE_TOKEN",
    summary="Access token of the Hugging Face Hub, of a user or an organisation.",
    source="Hugging Face docs, 'User access tokens'",
    patterns=(
        Pattern(
            name="token", regex=r"hf_[A-Za-z]{30}", score=1.0, not_followed_by="", tail=Tail(chars="A-Za-z0-9", cap=64)
        ),
        Pattern(
            name="organisation",
            regex=r"api_org_[A-Za-z]{30}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=64),
        ),
    ),
    examples=(
        "HF_TOKEN=«hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH»",
        "«api_org_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH» of the team",
        "login «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»",
    ),
    non_examples=(
        "hf_hub_download",
        "hf_short",
        "api_org_id",
    ),
)
