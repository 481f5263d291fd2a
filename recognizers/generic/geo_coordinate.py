"""Geographic coordinates."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_DEGREE = "(?:[o\uffff]|deg)"
"""The degree sign and the ordinal that stands for it, as the folded view shows them."""
_MINUTE, _SECOND = "['\uffff]", "(?:[\"\uffff]|'')"
_DM = rf"\d{{1,3}} ?{_DEGREE} ?[0-5]\d ?{_MINUTE} ?"
_DMS = rf"{_DM}(?:[0-5]?\d(?:\.\d{{1,4}})? ?{_SECOND} ?)?[NSEW]"
_DEGREES = rf"\d{{1,3}}\.\d{{2,10}} ?{_DEGREE} ?"

RECOGNIZER = Recognizer(
    entity="GEO_COORDINATE",
    summary="Latitude and longitude: a pair of decimals with four places or more, degrees with hemisphere, degrees, "
    "minutes and seconds, or one number next to lat or lon.",
    source="ISO 6709:2022 annex D; RFC 5870; personal data by GDPR art. 4(1) and 45 CFR 164.514(b)(2)(i)(B)",
    patterns=(
        Pattern(
            name="pair",
            regex=r"-?\d{1,2}\.\d{4,15} ?, ?-?\d{1,3}\.\d{4,15}",
            score=0.55,
            checksum="geo_pair",
            not_preceded_by=WORD_CHARS + ".-",
        ),
        Pattern(
            name="pair in context",
            regex=r"-?\d{1,2}\.\d{2,15}[ ,;/]{1,3}-?\d{1,3}\.\d{2,15}",
            score=0.4,
            needs_context=True,
            not_preceded_by=WORD_CHARS + ".-",
        ),
        Pattern(
            name="labelled",
            regex=r"(?:lat|lon|lng|latitude|longitude)[\"']?[ \t]?[:=][ \t]?[\"']?(-?\d{1,3}\.\d{2,15})",
            score=0.7,
            checksum="geo_range",
            ignore_case=True,
        ),
        Pattern(
            name="degrees", regex=rf"{_DEGREES}[NSEW](?:[ ,;/]{{1,3}}{_DEGREES}[EW])?", score=0.75, checksum="geo_dms"
        ),
        Pattern(name="hemispheres", regex=r"\d{1,2}\.\d{3,10} ?[NS][ ,;/]{1,3}\d{1,3}\.\d{3,10} ?[EW]", score=0.75),
        Pattern(name="minutes and seconds", regex=rf"{_DMS}(?:[ ,;/]{{0,3}}{_DMS})?", score=0.8),
    ),
    context=(
        "coordinate",
        "coordinates",
        "gps",
        "lat",
        "lon",
        "latitude",
        "longitude",
        "lat/lon",
        "lat/long",
        "geolocation",
        "located at",
        "koordinaten",
        "coordonnees",
        "coordenadas",
    ),
    examples=(
        "at «48.8566, 2.3522» in Paris",
        "Null Island is «0.0000, 0.0000»",
        "geo:«-33.856784,151.215297»",
        '"lat": «52.5200», "lng": «13.4050»',
        "GPS «52.52 13.40»",
        "«40° 26′ 46″ N 79° 58′ 56″ W»",
        "«40°26'46.5\"N», «48.8566° N, 2.3522° E»",
        "«48.858 N, 2.294 E» is the tower",
    ),
    non_examples=(
        "the ratio 0.1234, 0.5678 of it",
        "version 1.2345.6",
        "95.1234, 12.3456 is beyond the pole",
        "pi is 3.1416 and e 2.7183",
        "12.5 N and 13.5 E",
    ),
)
