"""IP addresses, versions 4 and 6."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IP_ADDRESS",
    summary="IPv4 or IPv6 address that can belong to somebody; loopback, unspecified and netmasks pass.",
    source="RFC 791, RFC 4291 section 2.2; personal data by CJEU C-582/14 (Breyer)",
    patterns=(
        Pattern(
            name="v4",
            regex=r"\d{1,3}(?:\.\d{1,3}){3}",
            score=0.8,
            checksum="ip_address",
            not_preceded_by=WORD_CHARS + ".",
            can_be_other=True,
        ),
        Pattern(
            name="v6",
            regex=r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}",
            score=0.8,
            checksum="ip_address",
            not_preceded_by=WORD_CHARS + ":",
            not_followed_by=WORD_CHARS + ":",
        ),
        Pattern(
            name="v6 with v4",
            regex=r"(?:[0-9A-Fa-f]{0,4}:){2,7}\d{1,3}(?:\.\d{1,3}){3}",
            score=0.8,
            checksum="ip_address",
            not_preceded_by=WORD_CHARS + ":",
        ),
    ),
    examples=(
        "from «203.0.113.77».",
        "host «10.1.2.3», port 80",
        "at «2001:db8:85a3::8a2e:370:7334» and",
        "«fe80::1» is link-local",
        "«::ffff:203.0.113.77» is mapped",
        "[«2001:db8::1»]:443",
    ),
    non_examples=(
        "localhost is 127.0.0.1 or ::1",
        "mask 255.255.255.0, any 0.0.0.0",
        "at 12:30:45 sharp",
        "std::vector a::b and x[::2]",
        "version 1.2.3 of 300.1.2.3",
        "MAC 00:1b:44:11:3a:b7",
    ),
)
