"""National provider identifiers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="US_NPI",
    summary="US national provider identifier: ten digits with a valid check digit next to a word like NPI, or with the "
    "prefix 80840.",
    source="45 CFR 162.406; CMS, 'Requirements for National Provider Identifier and check digit' (Luhn with 80840)",
    patterns=(
        Pattern(name="number", regex=r"[12]\d{9}", score=0.5, checksum="us_npi", needs_context=True),
        Pattern(name="groups", regex=r"[12]\d{2}[ -]\d{3}[ -]\d{4}", score=0.5, checksum="us_npi", needs_context=True),
        Pattern(name="with issuer prefix", regex=r"80840 ?[12]\d{9}", score=1.0, checksum="us_npi"),
    ),
    context=(
        "npi", "npi number", "npi no", "npi#", "national provider", "national provider identifier",
        "provider identifier", "provider id", "provider number", "nppes", "rendering provider", "billing provider",
        "referring provider", "prescriber", "attending physician",
    ),
    examples=(
        "NPI: «1234567893»",
        "billing provider «1948273614», Ohio",
        "«808401948273614» with its prefix",
        "NPI «194-827-3614»",
    ),
    non_examples=(
        "NPI 1234567890 fails the check",
        "the timestamp 1234567893",
        "NPI 3234567893 begins with 3",
        "NPI 123456789",
    ),
)  # fmt: skip
