"""Russian insurance numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="RU_SNILS",
    summary="Russian individual insurance account number (SNILS): 3-3-3 2 digits, modulo 101.",
    source="Federal Law 27-FZ of 1 April 1996; Pension Fund of Russia",
    patterns=(
        Pattern(name="grouped", regex=r"\d{3}-\d{3}-\d{3}[ -]\d{2}", score=0.85, checksum="ru_snils"),
        Pattern(
            name="plain", regex=r"\d{11}|\d{3} \d{3} \d{3} \d{2}", score=0.5, checksum="ru_snils", needs_context=True
        ),
    ),
    context=("snils", "insurance number", "pension fund", "снилс"),
    examples=(
        "SNILS «112-233-445 95»",
        "holder «112-233-445-95» of Perm",
        "snils: «11223344595»",
    ),
    non_examples=(
        "112-233-445 96 fails",
        "11223344595 alone",
        "SNILS 000-000-000 00",
    ),
)
