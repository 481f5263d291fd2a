"""South African identity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ZA_ID_NUMBER",
    summary="South African identity number: date of birth, sequence, citizenship, Luhn check digit.",
    source="Identification Act 68 of 1997 s. 7; Department of Home Affairs",
    patterns=(Pattern(name="number", regex=r"\d{6} ?\d{4} ?[012]\d ?\d", score=0.6, checksum="stdnum.za.idnr"),),
    context=("south african id", "sa id", "id number", "rsa id", "identity number", "said number", "identiteitsnommer"),
    examples=(
        "SA ID «9003085777014»",
        "ID number: «900310 3045 17 0»",
        "RSA ID «9003284343063» holder",
    ),
    non_examples=(
        "SA ID 9003085777015 fails",
        "ID number 9013085777014",
        "the moment 1700000000123",
    ),
)
