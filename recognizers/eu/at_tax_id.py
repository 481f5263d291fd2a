"""Tax numbers of Austria."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="AT_TAX_ID",
    summary="Austrian tax number (Steuernummer): tax office, number and check digit, written 2-3/4, or nine digits "
    "next to a word like Steuernummer.",
    source="BMF Austria, 'Steuernummer'; OECD, Tax identification numbers, Austria",
    patterns=(
        Pattern(name="grouped", regex=r"\d{2}[ -]\d{3}/\d{4}", score=0.6, checksum="stdnum.at.tin"),
        Pattern(
            name="in context",
            regex=r"\d{2}[ -]?\d{3}[ /]?\d{4}",
            score=0.4,
            checksum="stdnum.at.tin",
            needs_context=True,
        ),
    ),
    context=("steuernummer", "steuer-nr", "st.nr", "stnr", "abgabenkontonummer", "finanzamt", "austrian tax number"),
    examples=("Steuernummer «59-119/9013»", "«46 254/3216» in Graz", "Finanzamt, St.Nr. «591199013»"),
    non_examples=("Steuernummer 59-119/9010", "part 591199013", "Steuernummer 59-119"),
)
