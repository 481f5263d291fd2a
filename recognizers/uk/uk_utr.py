"""Unique Taxpayer References of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_UTR",
    summary="Unique Taxpayer Reference, ten digits with a valid check digit, next to a word like UTR.",
    source="HMRC, 'Find your UTR number'; modulus 11 check of the Self Assessment specifications (python-stdnum "
    "gb.utr)",
    patterns=(
        Pattern(name="in context", regex=r"\d{5} ?\d{5}", score=0.4, checksum="stdnum.gb.utr", needs_context=True),
    ),
    context=(
        "utr", "utr number", "unique taxpayer reference", "taxpayer reference", "tax reference", "self assessment",
        "self-assessment", "hmrc",
    ),
    examples=("UTR «2195583937»", "Unique Taxpayer Reference: «21955 83953»", "for self-assessment use «2234567890»"),
    non_examples=("UTR 0195583937", "ticket 2195583937", "UTR 119558"),
)  # fmt: skip
