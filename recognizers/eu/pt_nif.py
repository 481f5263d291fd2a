"""Tax numbers of Portugal."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="PT_NIF",
    summary="Portuguese tax number (NIF, NIPC), nine digits with a check digit, next to a word like NIF.",
    source="Decreto-Lei 14/2013; Autoridade Tributária, 'NIF'",
    patterns=(
        Pattern(
            name="in context",
            regex=r"[1-35-9]\d{2}[ .]?\d{3}[ .]?\d{3}",
            score=0.4,
            checksum="stdnum.pt.nif",
            needs_context=True,
        ),
    ),
    context=(
        "nif", "nipc", "contribuinte", "numero de contribuinte", "n.o de contribuinte",
        "numero de identificacao fiscal", "contribuinte fiscal", "portuguese tax number",
    ),
    examples=("NIF «501964843»", "contribuinte «212 345 672»", "NIF: «298765438»"),
    non_examples=("NIF 501964840", "order 501964843", "NIF 5019648"),
)  # fmt: skip
