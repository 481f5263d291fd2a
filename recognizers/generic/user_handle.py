"""Names of user accounts."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_LABEL = r"(?:user[ _-]?name|user[ _-]?id|login|handle|screen[ _-]?name|nickname)"
_CONNECTOR = r"[\"']?[ \t]{0,2}(?:[:=]|is )[ \t]{0,2}[\"']?"

RECOGNIZER = Recognizer(
    entity="USER_HANDLE",
    summary="Name of a user account: an @handle near a word like Twitter or username, or a value with a digit next to "
    "a label such as username.",
    source="Common form: platforms publish their own lengths and characters; GDPR art. 4(1) (online identifier)",
    patterns=(
        Pattern(
            name="at",
            regex=r"@[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?",
            score=0.4,
            needs_context=True,
            not_preceded_by=WORD_CHARS + "@./_-",
            not_followed_by=WORD_CHARS + "@/(_",
        ),
        Pattern(name="discord", regex=r"[A-Za-z0-9_.]{2,32}#\d{4}", score=0.4, needs_context=True),
        Pattern(
            name="stated",
            regex=r"(?:my |your |his |her |their )?user ?name(?: is |: )@?([A-Za-z][A-Za-z0-9_-]{3,30})",
            score=0.55,
            checksum="user_word",
            not_followed_by=WORD_CHARS + "_(@-",
            ignore_case=True,
        ),
        Pattern(name="reddit", regex=r"u/[A-Za-z0-9_-]{3,20}", score=0.4, needs_context=True),
        Pattern(
            name="labelled",
            regex=rf"{_LABEL}{_CONNECTOR}@?([A-Za-z0-9_][A-Za-z0-9_.-]{{2,30}})",
            score=0.6,
            checksum="user_handle",
            not_preceded_by="",
            not_followed_by=WORD_CHARS + "_.(@-",
            ignore_case=True,
        ),
        Pattern(
            name="labelled word",
            regex=rf"(?:user[ _-]?name|screen[ _-]?name){_CONNECTOR}@?([A-Za-z0-9_][A-Za-z0-9_-]{{2,30}})",
            score=0.35,
            not_preceded_by="",
            not_followed_by=WORD_CHARS + "_(@-",
            ignore_case=True,
        ),
    ),
    context=(
        "twitter",
        "twitter handle",
        "instagram",
        "insta",
        "tiktok",
        "snapchat",
        "mastodon",
        "bluesky",
        "reddit",
        "my handle",
        "my username",
        "dm me",
        "x handle",
        "follow me",
        "github",
        "github handle",
        "telegram",
        "discord",
        "threads",
        "twitch",
        "facebook",
        "social handle",
        "his handle",
        "her handle",
    ),
    examples=(
        "on Twitter «@jane_doe_77»",
        "my handle is «@j.doe»",
        "username: «jdoe42»",
        '{"login": "«jane.doe7»"}',
        "Reddit «u/throwaway-1234»",
    ),
    non_examples=(
        "@property\ndef name(self)",
        "username = getpass.getuser()",
        "the user is old",
        "Twitter, npm i @types/node",
        "login: required",
    ),
)
