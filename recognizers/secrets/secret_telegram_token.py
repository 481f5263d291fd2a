"""Telegram bot tokens."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_TELEGRAM_TOKEN",
    summary="Token of a Telegram bot: its id, a colon, 35 characters.",
    source="Telegram Bot API, 'Authorizing your bot'",
    patterns=(
        Pattern(name="bot", regex=r"\d{8,10}:AA[A-Za-z0-9_-]{30,35}", score=1.0, not_followed_by=WORD_CHARS + "_-"),
        Pattern(name="path", regex=r"bot(\d{8,10}:[A-Za-z0-9_-]{35})", score=1.0, not_followed_by=WORD_CHARS + "_-"),
    ),
    examples=(
        "«110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw»",
        "https://api.telegram.org/bot«1234567890:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc»/getMe",
        "/bot«987654321:xyz1234567890ABCDEFghijklmnopqrs-tu»/send",
    ),
    non_examples=(
        "12345678:AA is short",
        "at 10:AAA",
        "ratio 12345678:12345678",
    ),
)
