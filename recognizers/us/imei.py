"""Mobile equipment identities."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IMEI",
    summary="International mobile equipment identity: 15 digits with a valid Luhn digit in groups of 2-6-6-1, or plain "
    "next to a word like IMEI (there also IMEISV and MEID).",
    source="3GPP TS 23.003 section 6 and annex B; TIA-2002 for MEID; 45 CFR 164.514(b)(2)(i)(M)",
    patterns=(
        Pattern(name="grouped", regex=r"\d{2}[ -]\d{6}[ -]\d{6}[ -]\d", score=1.0, checksum="luhn"),
        Pattern(name="plain", regex=r"\d{15}", score=0.55, checksum="luhn", needs_context=True),
        Pattern(name="software version", regex=r"\d{2}-?\d{6}-?\d{6}-?\d{2}", score=0.4, needs_context=True),
        Pattern(name="meid", regex=r"[A-F][0-9A-F]{13}", score=0.4, needs_context=True, ignore_case=True),
    ),
    context=("imei", "imei number", "imeisv", "meid", "handset", "device imei", "mobile equipment"),
    examples=(
        "IMEI: «356938035643809»",
        "the phone with imei «490154203237518», lost",
        "«35-693803-564380-9» in groups",
        "IMEISV «3569380356438017»",
        "MEID «A0000000A5F31C»",
    ),
    non_examples=(
        "IMEI 356938035643808 fails Luhn",
        "35-693803-564380-8",
        "IMEI 35693803564 is short",
        "the order 35693803564380",
    ),
)
