"""GitHub tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_TAIL = Tail(chars="A-Za-z0-9_", cap=512)

RECOGNIZER = Recognizer(
    entity="SECRET_GITHUB_TOKEN",
    summary="GitHub token: personal, OAuth, user-to-server, server-to-server, refresh, fine-grained.",
    source="GitHub docs, 'Token formats' (2021)",
    patterns=(
        Pattern(name="classic", regex=r"gh[pousr]_[A-Za-z0-9]{20}", score=1.0, not_followed_by="", tail=_TAIL),
        Pattern(name="fine-grained", regex=r"github_pat_[A-Za-z0-9_]{20}", score=1.0, not_followed_by="", tail=_TAIL),
    ),
    examples=(
        "token «ghp_16C7e42F292c6912E7710c838347Ae178B4a»!",
        "«github_pat_11ABCDEFG0abcdefghijkl_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW»",
    ),
    non_examples=("ghp_short", "github_pattern_matching"),
)
