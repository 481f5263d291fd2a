"""Indian voter ids."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IN_VOTER",
    summary="Number of the Indian Electors Photo Identity Card (EPIC): three letters, seven digits with a Luhn check "
    "digit, in context.",
    source="Registration of Electors Rules 1960, rule 28; Election Commission of India, EPIC number",
    patterns=(
        Pattern(
            name="epic",
            regex=r"[A-Z]{3}[ -]?\d{7}",
            score=0.45,
            checksum="stdnum.in_.epic",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "voter id",
        "voter",
        "voter card",
        "voter id card",
        "epic",
        "epic no",
        "epic number",
        "election card",
        "electors photo identity card",
    ),
    examples=(
        "Voter ID: «ABC4408423»",
        "EPIC No. «ABC 6419774»",
        "voter card «abc5750336»",
    ),
    non_examples=(
        "Voter ID ABC4408424 fails",
        "part ABC4408423",
        "an epic story of 1234567 words",
    ),
)
