"""Discord tokens."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_DISCORD_TOKEN",
    summary="Token of a Discord bot, or URL path of a webhook.",
    source="Discord developer docs, 'Authentication', 'Webhook resource'",
    patterns=(
        Pattern(
            name="bot",
            regex=r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}",
            score=1.0,
            checksum="discord_token",
            not_preceded_by=WORD_CHARS + "_.-",
            not_followed_by=WORD_CHARS + "_-",
        ),
        Pattern(
            name="webhook",
            regex=r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=128),
        ),
    ),
    examples=(
        "bot «MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB» on",
        "https://«discord.com/api/webhooks/123456789012345678/abcDEF123ghiJKL456mnoPQR789stu»",
        "«NzkyNzE1NDU0MTk2MDg4ODQy.X-hvzA.Ovy4MCQywSkoMRRclStW4xAYK7I»",
    ),
    non_examples=(
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.short",
        "discord.com/api/webhooks/ is the path",
        "Module_name_that_is_long.method.another_name_that_is_long_too",
    ),
)
