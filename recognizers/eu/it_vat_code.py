"""VAT codes of Italy."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IT_VAT_CODE",
    summary="Italian VAT code (partita IVA), eleven digits with an office and a Luhn check digit, next to a word like"
    " partita IVA.",
    source="Presidential decree 633/1972, article 35; Agenzia delle Entrate, 'Partita IVA'",
    patterns=(Pattern(name="in context", regex=r"\d{11}", score=0.4, checksum="stdnum.it.iva", needs_context=True),),
    context=("partita iva", "p.iva", "p. iva", "piva", "p.i.", "part. iva", "codice iva", "italian vat"),
    examples=("partita IVA «00743110157»", "P.IVA: «12345670587»", "P. IVA «04882130158»"),
    non_examples=("partita IVA 00743110150", "order 00743110157", "partita IVA 0074311"),
)
