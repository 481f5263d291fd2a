"""Fiscal codes of Italy."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IT_FISCAL_CODE",
    summary="Italian fiscal code (codice fiscale), 16 characters made of name, birth date and place, with a check "
    "letter; digits may be replaced by letters (omocodia).",
    source="Decree of the Ministry of Finance of 23 December 1976; Agenzia delle Entrate, 'Codice fiscale'",
    patterns=(
        Pattern(
            name="code",
            regex=r"[A-Z]{6}\d[0-9LMNP-V][A-EHLMPR-T][0-7LMNP-V][0-9LMNP-V][A-Z][0-9LMNP-V]{3}[A-Z]",
            score=0.95,
            checksum="stdnum.it.codicefiscale",
            ignore_case=True,
        ),
        Pattern(
            name="spaced",
            regex=r"[A-Z]{3}[ -][A-Z]{3}[ -]\d{2}[A-EHLMPR-T]\d{2}[ -][A-Z]\d{3}[A-Z]",
            score=0.9,
            checksum="stdnum.it.codicefiscale",
            ignore_case=True,
        ),
    ),
    context=("codice fiscale", "cod. fiscale", "cod. fisc.", "cf", "c.f.", "italian tax code", "fiscal code"),
    examples=(
        "codice fiscale «RSSMRA80A01H501U»",
        "C.F. «rssmra85t10a562s»",
        "it is «BNC LRA 75D52 F205V»",
        "with omocodia «RSSMRA80A01H50MM»",
    ),
    non_examples=("codice fiscale RSSMRA80A01H501A", "RSSMRA80Z01H501U has no such month", "RSSMRA80A01H501"),
)
