"""Tax numbers of Poland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PL_NIP",
    summary="Polish tax number (NIP), ten digits with a check digit, written 3-3-2-2 or 3-2-2-3, or next to a word "
    "like NIP.",
    source="Ustawa o zasadach ewidencji i identyfikacji podatników of 13 October 1995",
    patterns=(
        Pattern(
            name="with hyphens",
            regex=r"\d{3}-(?:\d{3}-\d{2}-\d{2}|\d{2}-\d{2}-\d{3})",
            score=0.6,
            checksum="stdnum.pl.nip",
        ),
        Pattern(
            name="in context",
            regex=r"\d{3} ?\d{3} ?\d{2} ?\d{2}|\d{3} \d{2} \d{2} \d{3}",
            score=0.4,
            checksum="stdnum.pl.nip",
            needs_context=True,
        ),
    ),
    context=("nip", "numer nip", "nr nip", "numer identyfikacji podatkowej", "polish tax number"),
    examples=("NIP «5260001246»", "NIP: «856-734-62-15»", "it is «526-10-40-828»"),
    non_examples=("NIP 5260001240", "order 5260001246", "a nip of 10 degrees"),
)
