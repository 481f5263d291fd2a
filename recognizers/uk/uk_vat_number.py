"""VAT registration numbers of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_VAT_NUMBER",
    summary="UK VAT registration number with the prefix GB and valid check digits, or next to a word like VAT.",
    source="HMRC, VAT Notice 700/1; GOV.UK, 'VAT registration number' formats (modulus 97 and 9755)",
    patterns=(
        Pattern(name="with prefix", regex=r"GB ?\d{3} ?\d{4} ?\d{2}(?: ?\d{3})?", score=0.7, checksum="stdnum.gb.vat"),
        Pattern(name="in context", regex=r"\d{3} \d{4} \d{2}", score=0.4, checksum="stdnum.gb.vat", needs_context=True),
    ),
    context=("vat", "vat number", "vat no", "vat reg", "vat registration"),
    examples=("«GB980780629»", "VAT: «GB 980 7806 29»", "VAT reg no «980 7806 29»"),
    non_examples=("GB980780680", "GB 123", "parcel 980 7806 29"),
)
