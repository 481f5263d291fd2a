"""NHS numbers of England, Wales, Northern Ireland and Scotland (CHI)."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="UK_NHS",
    summary="NHS number (Scotland: CHI number), ten digits with a valid check digit: next to a word like NHS, or in "
    "groups of 3-3-4 that no North American phone number has.",
    source="NHS Data Dictionary, 'NHS Number' (modulus 11); NHS Scotland, Community Health Index",
    patterns=(
        Pattern(name="grouped", regex=r"[03-79]\d{2}[ -][01]\d{2}[ -]\d{4}", score=0.6, checksum="stdnum.gb.nhs"),
        Pattern(
            name="in context",
            regex=r"\d{3}[ -]?\d{3}[ -]?\d{4}",
            score=0.4,
            checksum="stdnum.gb.nhs",
            needs_context=True,
        ),
    ),
    context=(
        "nhs", "nhs number", "nhs no", "nhs num", "chi number", "chi no", "health and care number", "h&c number", "hcn",
    ),
    examples=(
        "NHS number «943 476 5919»",
        "nhs_no: «4857773457»",
        "the patient (NHS no. «943-476-5919») was seen",
        "it is «999 000 0018»",
        "CHI number «0101901232»",
    ),
    non_examples=("NHS number 943 476 5910", "order 4857773457 left the house", "call 943 476 5919 now"),
)  # fmt: skip
