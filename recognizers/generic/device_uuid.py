"""Device and advertising ids."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_CONNECTOR = r"[\"']?[ \t]{0,2}(?:[:=]|=>| is )?[ \t\"']{0,3}"

RECOGNIZER = Recognizer(
    entity="DEVICE_UUID",
    summary="Identifier of a phone for advertising or for its maker: IDFA, GAID, IDFV, OAID, UDID, in context.",
    source="Apple, ASIdentifierManager; Google Play, Advertising ID; HIPAA Safe Harbor (device identifiers)",
    patterns=(
        Pattern(
            name="uuid",
            regex=r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
            score=0.5,
            checksum="uuid",
            needs_context=True,
            not_preceded_by=WORD_CHARS + "-",
            not_followed_by=WORD_CHARS + "-",
            ignore_case=True,
        ),
        Pattern(
            name="udid",
            regex=r"[0-9a-f]{8}-[0-9a-f]{16}",
            score=0.5,
            checksum="uuid",
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(
            name="labelled",
            regex=rf"(?:android[ _-]?id|ssaid|udid){_CONNECTOR}([0-9a-f]{{16}}|[0-9a-f]{{40}})",
            score=0.8,
            checksum="random_hex",
            not_preceded_by="",
            ignore_case=True,
        ),
    ),
    context=(
        "idfa",
        "idfv",
        "gaid",
        "aaid",
        "adid",
        "oaid",
        "udid",
        "advertising id",
        "advertising identifier",
        "advertiser id",
        "ad id",
        "device id",
        "device uuid",
        "android id",
        "ios id",
    ),
    examples=(
        "IDFA «6D92078A-8246-4BA4-AE5B-76104861E7DC»",
        "gaid=«38400000-8cf0-11bd-b23e-10b96e40000d»",
        "UDID: «00008030-001A2D3E0C88802E»",
        "Android ID «9774d56d682e549c»",
    ),
    non_examples=(
        "IDFA 00000000-0000-0000-0000-000000000000 is opted out",
        "6D92078A-8246-4BA4-AE5B-76104861E7DC",
        "device id 1234",
    ),
)
