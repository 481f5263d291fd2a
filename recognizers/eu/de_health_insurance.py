"""Health insurance numbers of Germany."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="DE_HEALTH_INSURANCE",
    summary="German health insurance number (Krankenversichertennummer, KVNR): letter, eight digits, check digit, "
    "next to a word like Krankenkasse.",
    source="SGB V section 290; GKV-Spitzenverband, 'Krankenversichertennummer'",
    patterns=(
        Pattern(
            name="in context",
            regex=r"[A-Z] ?\d{3} ?\d{3} ?\d{3}",
            score=0.4,
            checksum="de_kvnr",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "kvnr", "kv-nummer", "kv-nr", "krankenversichertennummer", "krankenversicherungsnummer", "versichertennummer",
        "versicherten-nr", "krankenkasse", "krankenversicherung", "gesundheitskarte", "egk", "german health insurance",
    ),
    examples=("KVNR «A123456780»", "Versichertennummer: «M987 654 323»", "Krankenkasse AOK, «t110220330»"),
    non_examples=("KVNR A123456781", "part A123456780", "KVNR 1234567890"),
)  # fmt: skip
