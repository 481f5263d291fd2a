"""Tax identification codes of Cyprus."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CY_TAX_ID",
    summary="Cypriot tax identification code (TIC), eight digits and a check letter, next to a word like TIC.",
    source="Tax Department of Cyprus; OECD, Tax identification numbers, Cyprus; check letter as in python-stdnum "
    "cy.vat",
    patterns=(
        Pattern(
            name="in context",
            regex=r"\d{8} ?[A-Z]",
            score=0.4,
            checksum="stdnum.cy.vat",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=("tic", "tic number", "tax identification code", "cyprus tin", "cyprus tax", "cypriot tax number", "tin"),
    examples=("TIC «00123123T»", "tax identification code: «10259033P»", "Cyprus TIN «60123456V»"),
    non_examples=("TIC 00123123A", "part 00123123T", "TIC 00123123"),
)
