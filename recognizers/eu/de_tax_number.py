"""Tax numbers of Germany."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_TAX_NUMBER",
    summary="German tax number (Steuernummer) of a tax office, in the form of a federal state or of the whole "
    "country, next to a word like Steuernummer.",
    source="BMF, 'Aufbau der Steuernummer'; ELSTER, 'Prüfung der Steuernummer'",
    patterns=(
        Pattern(
            name="in context",
            regex=r"\d{2,3}[/ ]\d{3,4}[/ ]\d{4,5}",
            score=0.5,
            checksum="stdnum.de.stnr",
            needs_context=True,
        ),
        Pattern(name="plain", regex=r"\d{10,11}|\d{13}", score=0.4, checksum="stdnum.de.stnr", needs_context=True),
    ),
    context=("steuernummer", "steuer-nr", "st.-nr", "st.nr", "stnr", "steuernr", "finanzamt", "german tax number"),
    examples=(
        "Steuernummer «181/815/08155»",
        "St.-Nr. «21/815/08150»",
        "Steuernummer: «1121081508150»",
        "Finanzamt Köln, Steuernr. «24/815/08151»",
    ),
    non_examples=("the ratio 181/815/08155", "Steuernummer 12/345", "Steuernummer 181-815"),
)
