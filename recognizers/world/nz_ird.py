"""New Zealand tax numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="NZ_IRD",
    summary="New Zealand IRD number: eight or nine digits with a check digit, in context.",
    source="Inland Revenue (New Zealand), RWT and NRWT specification, IRD number validation",
    patterns=(
        Pattern(
            name="number",
            regex=r"\d{2,3}[ -]?\d{3}[ -]?\d{3}",
            score=0.45,
            checksum="stdnum.nz.ird",
            needs_context=True,
        ),
    ),
    context=("ird", "ird number", "ird no", "inland revenue"),
    examples=(
        "IRD «079-922-250»",
        "IRD number: «21828009»",
        "Inland Revenue no «35-527-354»",
    ),
    non_examples=(
        "IRD 079-922-251 fails",
        "21828009 alone",
        "ird 99-999-999",
    ),
)
