"""Personal tax numbers of Hungary."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="HU_TAX_ID",
    summary="Hungarian personal tax number (adóazonosító jel), ten digits that begin with 8, next to a word like "
    "adóazonosító.",
    source="Act CL of 2017 of Hungary, annex 1; NAV, 'Adóazonosító jel'",
    patterns=(
        Pattern(name="in context", regex=r"8\d{9}", score=0.4, checksum="hu_tax", needs_context=True),
    ),
    context=(
        "adoazonosito", "adoazonosito jel", "adoazonosito jele", "adoszam", "adokartya", "hungarian tax number",
        "hungarian tin",
    ),
    examples=("adóazonosító jel «8071592153»", "adóazonosító: «8432109878»", "Hungarian tax number «8123456786»"),
    non_examples=("adóazonosító jel 8071592150", "order 8071592153", "adóazonosító jel 7071592153"),
)  # fmt: skip
