"""Tax numbers of Greece."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="GR_AFM",
    summary="Greek tax number (AFM), nine digits with a check digit, next to a word like AFM.",
    source="AADE, 'AFM'; check as in python-stdnum gr.vat",
    patterns=(
        Pattern(
            name="in context",
            regex=r"\d{3} ?\d{3} ?\d{3}",
            score=0.4,
            checksum="stdnum.gr.vat",
            needs_context=True,
        ),
    ),
    context=("afm", "arithmos forologikou mitroou", "greek tax number", "greek tin", "greek vat", "αφμ"),
    examples=("AFM «023352561»", "AFM: «123 456 783»", "Greek tax number «094259216»"),
    non_examples=("AFM 023352560", "row 023352561", "AFM 0233525"),
)
