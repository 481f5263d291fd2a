"""Atlassian tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_ATLASSIAN_TOKEN",
    summary="Atlassian API token, Bitbucket access token or app password.",
    source="Atlassian support, 'Manage API tokens' (ATATT3), Bitbucket access tokens (ATCTT3), app passwords (ATBB)",
    patterns=(
        Pattern(
            name="token",
            regex=r"AT[AC]TT3[A-Za-z0-9_=-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_=-", cap=512),
        ),
        Pattern(
            name="app password",
            regex=r"ATBB[A-Za-z0-9]{24}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9", cap=64),
        ),
    ),
    examples=(
        "«ATATT3xFfGF0T4JVjdmNhJ9xF2JkLmNoPqRsTuVwXyZ0123456789-abc=1A2B3C4D» here",
        "«ATCTT3xFfGN0abcDEF123ghiJKL456mnoPQR=9F8E7D6C»",
        "app password «ATBBabcDEF123ghiJKL456mnoPQR789stu»",
    ),
    non_examples=(
        "ATATT3 is the prefix",
        "ATBBshort",
        "ATTACK3xFfGF0T4JVjdmNhJ9xF",
    ),
)
