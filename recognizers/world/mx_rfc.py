"""Mexican taxpayer codes."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="MX_RFC",
    summary="Mexican RFC with its homoclave: three (company) or four (person) letters, a date, three characters.",
    source="Servicio de Administración Tributaria, Código Fiscal de la Federación art. 27",
    patterns=(
        Pattern(name="code", regex=r"[A-Z&]{3,4}\d{6}[A-Z0-9]{2}[0-9A]", score=0.5, checksum="stdnum.mx.rfc"),
        Pattern(
            name="spaced",
            regex=r"[A-Z&]{3,4}[ -]?\d{6}[ -]?[A-Z0-9]{2}[0-9A]",
            score=0.4,
            checksum="stdnum.mx.rfc",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=("rfc", "r.f.c", "registro federal de contribuyentes", "homoclave"),
    examples=(
        "RFC «GODE561231GR8»",
        "rfc: «mab-930714-8t4»",
        "factura a «GODE561231GR8» emitida",
        "RFC «VACE 460910 SX6»",
    ),
    non_examples=(
        "RFC GODE561331GR8 has no such month",
        "see RFC 2822 and RFC 5322",
        "rfc 930714",
    ),
)
