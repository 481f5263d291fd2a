"""Ukrainian taxpayer numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UA_RNTRC",
    summary="Ukrainian registration number of the taxpayer card (RNTRC): ten digits with a check digit, in context.",
    source="Tax Code of Ukraine art. 70; State Tax Service",
    patterns=(Pattern(name="number", regex=r"\d{10}", score=0.5, checksum="stdnum.ua.rntrc", needs_context=True),),
    context=("rntrc", "rnokpp", "ipn", "ukrainian tax number", "drfo", "рнокпп", "інн"),
    examples=(
        "RNTRC «1439966467»",
        "RNOKPP: «9651869623»",
        "ІПН (IPN) «1010577316»",
    ),
    non_examples=(
        "RNTRC 1439966468 fails",
        "1439966467 alone",
        "IPN 143996646",
    ),
)
