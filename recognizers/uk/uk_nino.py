"""National Insurance numbers of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

_SECOND = "A-CEGHJ-NPR-TW-Z"
_PREFIX = (
    rf"(?:[ACEHJLMOPRSWXY][{_SECOND}]|B[A-CEHJ-NPR-TW-Z]|G[ACEGHJ-NPR-TW-Z]|K[A-CEGHJ-MPR-TW-Z]"
    r"|N[A-CEGHJLMNPR-TW-Z]|T[A-CEGHJ-MPR-TW-Z]|Z[A-CEGHJ-NPR-TWXY]|QQ)"
)

RECOGNIZER = Recognizer(
    entity="UK_NINO",
    summary="UK National Insurance number: two prefix letters that are in use (or QQ, of HMRC's specimens), six "
    "digits, suffix A to D.",
    source="HMRC National Insurance Manual NIM39110 (format, prefixes that are not used)",
    patterns=(
        Pattern(name="with suffix", regex=_PREFIX + r"[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]", score=0.7),
        Pattern(
            name="in context",
            regex=rf"[A-CEGHJ-PRSTW-Z][{_SECOND}][ -]?\d{{2}}[ -]?\d{{2}}[ -]?\d{{2}}(?:[ -]?[A-D])?",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "national insurance",
        "national insurance number",
        "nino",
        "ni number",
        "ni no",
        "insurance number",
        "hmrc",
    ),
    examples=(
        "it is «AB123456C».",
        "National Insurance: «AB 12 34 56 C»",
        "the specimen «QQ123456A»",
        "NI number «ab123456c»",
        "NINO «JG103759»",
    ),
    non_examples=(
        "BG123456C has a prefix that is not used",
        "TN123456C, ZZ123456C and KN123456C as well",
        "AB123456E has no such suffix",
        "DA123456A",
        "part AB123456 is in stock",
    ),
)
