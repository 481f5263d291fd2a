"""Slack tokens and webhooks."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_TAIL = Tail(chars="A-Za-z0-9.-", cap=512)

RECOGNIZER = Recognizer(
    entity="SECRET_SLACK_TOKEN",
    summary="Slack token (bot, user, app, configuration, refresh) or incoming webhook path.",
    source="Slack API docs, 'Token types' and 'Incoming webhooks'",
    patterns=(
        Pattern(
            name="token", regex=r"(?:xoxe\.)?xox[abeoprs]-[A-Za-z0-9-]{10}", score=1.0, not_followed_by="", tail=_TAIL
        ),
        Pattern(name="app", regex=r"xapp-[A-Za-z0-9-]{10}", score=1.0, not_followed_by="", tail=_TAIL),
        Pattern(
            name="webhook",
            regex=r"(?:https://)?hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]{8}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9/_-", cap=512),
        ),
    ),
    examples=(
        "use «xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx» now",
        "«https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX»",
    ),
    non_examples=("xoxb- is the prefix", "hooks.slack.com/services/ is the path"),
)
