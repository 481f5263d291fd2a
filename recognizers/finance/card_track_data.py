"""Magnetic stripe data of payment cards."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="CARD_TRACK_DATA",
    summary="Track 1 or track 2 of a payment card's magnetic stripe (or the chip's equivalent), with or without "
    "sentinels: known by card number and expiry date, swallowed to its end.",
    source="ISO/IEC 7813 sections 6 and 7; EMV Book 3 tag 57; PCI DSS v4.0.1 requirement 3.3.1.1",
    patterns=(
        Pattern(
            name="track 1",
            regex=r"%?[Bb]\d{12,19}\^[A-Za-zø][A-Za-zø /.'-]{1,25}\^\d{4}",
            score=1.0,
            checksum="card_track",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9=?;", cap=120),
        ),
        Pattern(
            name="track 2",
            regex=r";?\d{12,19}[=Dd]\d{7}",
            score=1.0,
            checksum="card_track",
            not_followed_by="",
            tail=Tail(chars="0-9?Ff", cap=24),
        ),
    ),
    examples=(
        "swiped «%B4111111111111111^DOE/JANE^25121011000000000000?» today",
        "«;4111111111111111=25121011234567890?» is track 2",
        "both «%B5555555555554444^ROE/RICHARD M^2709201000?;5555555555554444=2709201000?»",
        "tag 57 «4111111111111111D25122010000000000F»",
    ),
    non_examples=(
        "%B4111111111111112^DOE/JANE^2512101 fails Luhn",
        ";4111111111111111=2513101 has a month 13",
        ";4111=2512",
        "x=4111; y=2512101",
    ),
)
