"""Personal identification numbers of Croatia."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="HR_OIB",
    summary="Croatian personal and tax identification number (OIB), eleven digits with a check digit, next to a word "
    "like OIB.",
    source="Zakon o osobnom identifikacijskom broju (NN 60/08); ISO 7064 MOD 11,10",
    patterns=(Pattern(name="in context", regex=r"\d{11}", score=0.4, checksum="stdnum.hr.oib", needs_context=True),),
    context=("oib", "osobni identifikacijski broj", "croatian personal number", "croatian tax number"),
    examples=("OIB «33392005961»", "OIB: «94577123454»", "osobni identifikacijski broj «69435151530»"),
    non_examples=("OIB 33392005960", "shipment 33392005961", "OIB 333920059"),
)
