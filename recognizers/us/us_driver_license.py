"""United States driver's licences."""

from recognizers.recognizer import Pattern, Recognizer

_CURLY = "\uffff"
"""What the folded view has for a curly apostrophe."""
_ALONE = "A-Za-z0-9ø-"


def _form(name: str, regex: str, score: float = 0.4) -> Pattern:
    return Pattern(name=name, regex=regex, score=score, needs_context=True, ignore_case=True, not_followed_by=_ALONE)


RECOGNIZER = Recognizer(
    entity="US_DRIVER_LICENSE",
    summary="Number of a US driver's licence in the form of one of the states, next to a word that says so.",
    source="National Traffic Safety Institute, 'State driver's license formats' (ntsi.com/drivers-license-format); "
    "grouped forms as printed on the cards; numbers of the District of Columbia and all 50 states",
    patterns=(
        _form("digits (AK AL AR AZ CT DE GA IA LA MS NC NM NV NY OR PA SC SD TN TX UT WY and others)", r"\d{6,14}"),
        _form("16 digits (NY)", r"\d{16}"),
        _form("grouped digits (CO GA NY PA)", r"\d{2,3}[ -]\d{3}[ -]\d{3,4}"),
        _form("letter and digits (AZ CA FL HI IL IN KS KY MA MD MI MN MO NE NJ NV OH OK RI VA WI)", r"[A-Z]\d{5,14}"),
        _form("letter and 18 digits (NY)", r"[A-Z]\d{18}"),
        _form("letter and groups (FL IL KS MD MI MN NJ WI)", r"[A-Z]-?\d{2,4}(?:[ -]\d{2,5}){2,4}(?:-\d)?"),
        _form("two letters and digits (CO ID MA OH WV)", r"[A-Z]{2}\d{3,7}[A-Z]?"),
        _form("three letters and digits (NH ND)", r"[A-Z]{3}-?\d{2}-?\d{4,6}"),
        _form("digits around letters (IA NH)", r"\d{2}[A-Z]{3}\d{5}|\d{3}[A-Z]{2}\d{4}"),
        _form("digits and letters (ME MO VT)", r"\d{7}[A-Z]|\d{8}[A-Z]{2}|\d{9}[A-Z]|[A-Z]\d{6}R"),
        _form("letters in turn (KS)", r"[A-Z]\d[A-Z]\d[A-Z]"),
        _form("Washington", r"[A-Z]{1,5}\*{0,4}[A-Z]{1,2}\d{3}[A-Z0-9]{2}|WDL[A-Z0-9]{9}"),
    ),
    context=(
        "driver license", "driver's license", f"driver{_CURLY}s license", "drivers license", "drivers' license",
        "driver licence", "driver's licence", "driving license", "operator license", "operator's license", "dl number",
        "dl no", "dl#", "dl #", "dl:", "dln", "cdl", "cdl number", "cdl no", "commercial driver", "dmv number",
        "dmv id", "learner's permit", "learner permit", "state id number",
    ),
    examples=(
        "My driver's license number is «341308170»",
        "my driver’s license: «a56319335»",
        "Driver License No. «S123-456-78-901-0» (Florida)",
        "DL#«D1234567» of California",
        "driver's license number «LH329609T»",
        "license of a driver, DL number «123AB4567»",
        "drivers license «WDLABC123D4E»",
    ),
    non_examples=(
        "the driver A1 of the printer has no license",
        "part D1234567 is in stock",
        "driver license law of 1935, chapter 12",
        "the public has B4312345",
    ),
)  # fmt: skip
