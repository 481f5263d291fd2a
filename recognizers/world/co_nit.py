"""Colombian tax numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CO_NIT",
    summary="Colombian NIT: up to ten digits and a check digit, with dots and hyphen or in context.",
    source="DIAN (Colombia), Estatuto Tributario art. 555-1; Orden Administrativa 4 of 1989",
    patterns=(
        Pattern(name="dotted", regex=r"\d{3}\.\d{3}\.\d{3}-\d", score=0.45, checksum="stdnum.co.nit"),
        Pattern(
            name="plain",
            regex=r"\d{8,10}-?\d|\d{1,3}(?:\.\d{3}){2,3}-\d",
            score=0.5,
            checksum="stdnum.co.nit",
            needs_context=True,
        ),
    ),
    context=("nit", "n.i.t", "numero de identificacion tributaria", "dian"),
    examples=(
        "NIT «485.626.345-3»",
        "nit: «564572758-4»",
        "Número de Identificación Tributaria «2609843627»",
    ),
    non_examples=(
        "NIT 485.626.345-4 fails",
        "564572758-4 alone",
        "nit 12",
    ),
)
