"""Card verification codes."""

from recognizers.recognizer import Pattern, Recognizer

_IS = r"(?: (?:number|code|no\.?|value|is|was|of|on the back)){0,2}[\"']?[ \t]{0,2}[:=#-]{0,2}[ \t]{0,2}[\"'(]?"

RECOGNIZER = Recognizer(
    entity="CARD_CVV",
    summary="Card verification code (CVV2, CVC2, CID) after its label; only the digits are redacted.",
    source="PCI DSS v4.0.1 requirement 3.3.1.2 (never stored after authorization); three digits, four with Amex",
    patterns=(
        Pattern(
            name="abbreviation",
            regex=r"c(?:vv|vc)2?(?:[ /]c(?:vv|vc)2?)?" + _IS + r"(\d{3,4})",
            score=0.85,
            not_preceded_by="",
            ignore_case=True,
        ),
        Pattern(
            name="after expiry",
            regex=r"\d{4}[ -]?\d{4}[ ,|;]{1,3}(?:0[1-9]|1[0-2])[/|-](?:20)?[2-4]\d[ ,|;]{1,3}(\d{3,4})",
            score=0.6,
            not_preceded_by="",
        ),
        Pattern(
            name="digits on the back",
            regex=r"(?:[34]|three|four)[ -]digits? (?:security )?(?:code|number)(?: (?:is|on|the|back|of|my|card)){0,6}"
            r"[ :]{1,2}(\d{3,4})",
            score=0.7,
            ignore_case=True,
        ),
        Pattern(name="cid", regex=r"(?:CID|CSC|CAV2?)[ :=#]{1,3}(\d{3,4})", score=0.6),
        Pattern(
            name="words",
            regex=r"(?:security|verification) (?:code|value|number)(?: \(cv[vc]2?\))?" + _IS + r"(\d{3,4})",
            score=0.6,
            ignore_case=True,
        ),
    ),
    examples=(
        "CVV: «123»",
        '{"cvv": "«4821»", "x": 1}',
        "the cvc2 code is «907».",
        "security code on the back is «372»",
        "CVV «555»",
    ),
    non_examples=(
        "cvv is three digits",
        "security code review of 2 files",
        "the CVVs of 12 cards",
        "code 123",
    ),
)
