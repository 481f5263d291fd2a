"""Universally unique identifiers."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UUID",
    summary="UUID of a person, an account or a session: in context only, because most UUIDs name no person.",
    source="RFC 9562 section 4; online identifier by GDPR recital 30",
    patterns=(
        Pattern(
            name="uuid",
            regex=r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
            score=0.4,
            checksum="uuid",
            needs_context=True,
            not_preceded_by=WORD_CHARS + "-",
            not_followed_by=WORD_CHARS + "-",
            ignore_case=True,
        ),
    ),
    context=(
        "user",
        "user id",
        "userid",
        "user uuid",
        "account",
        "account id",
        "customer",
        "customer id",
        "client id",
        "member",
        "member id",
        "patient",
        "patient id",
        "person id",
        "profile id",
        "session id",
        "visitor id",
        "employee id",
        "subscriber id",
    ),
    examples=(
        "user_id: «3f2504e0-4f89-41d3-9a0c-0305e82c3301»",
        "patient «6BA7B810-9DAD-11D1-80B4-00C04FD430C8» was seen",
        "account id=«018f3c7e-8a7b-7c3d-9e2f-1a2b3c4d5e6f»",
    ),
    non_examples=(
        "the build 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "user 00000000-0000-0000-0000-000000000000",
        "user 3f2504e0-4f89-41d3-9a0c-0305e82c330",
    ),
)
