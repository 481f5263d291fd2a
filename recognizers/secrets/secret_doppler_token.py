"""Doppler tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_DOPPLER_TOKEN",
    summary="Doppler token: service, personal, CLI, service account, SCIM, audit.",
    source="Doppler docs, 'Auth token formats' (dp.pt., dp.st., dp.ct., dp.sa., dp.scim., dp.audit.)",
    patterns=(
        Pattern(
            name="token",
            regex=r"dp\.(?:pt|st|ct|sa|said|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=64),
        ),
    ),
    examples=(
        "«dp.pt.aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4c»",
        "DOPPLER=«dp.st.dev_api.0123456789abcdefABCDEF0123456789abcdefABCDE»",
        "«dp.ct.ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210zyxwvut» of the CLI",
    ),
    non_examples=(
        "dp.pt.short",
        "dp.st.dev",
        "the dp.audit.log file",
    ),
)
