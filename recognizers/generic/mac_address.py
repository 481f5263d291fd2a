"""Hardware addresses."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MAC_ADDRESS",
    summary="Hardware address of a network interface: EUI-48 or EUI-64 with colons, hyphens or Cisco dots.",
    source="IEEE 802-2014 clause 8; RFC 7042; personal data by HIPAA (device identifiers) and GDPR recital 30",
    patterns=(
        Pattern(
            name="pairs",
            regex=r"[0-9A-F]{2}(?:(?::[0-9A-F]{2}){5}|(?::[0-9A-F]{2}){7}|(?:-[0-9A-F]{2}){5}|(?:-[0-9A-F]{2}){7})",
            score=0.8,
            checksum="mac_address",
            not_preceded_by=WORD_CHARS + ":-",
            not_followed_by=WORD_CHARS + ":-",
            ignore_case=True,
        ),
        Pattern(
            name="dots",
            regex=r"[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}",
            score=0.6,
            checksum="mac_address",
            not_preceded_by=WORD_CHARS + ".",
            not_followed_by=WORD_CHARS,
            ignore_case=True,
        ),
    ),
    context=("mac", "mac address", "hardware address", "ethernet", "bssid", "wlan", "wifi"),
    examples=(
        "MAC «00-00-5E-00-53-01»",
        "on «00:1b:44:11:3a:b7», port 3",
        "Cisco «001b.4411.3ab7»",
        "EUI-64 «00:1B:44:FF:FE:11:3A:B7»",
    ),
    non_examples=(
        "ff:ff:ff:ff:ff:ff and 00:00:00:00:00:00",
        "at 12:30:45",
        "key aa:bb:cc:dd:ee:ff:00:11:22:33 is a fingerprint",
        "2024-05-17-12-30-45",
        "12-34-56-78-90-12",
    ),
)
