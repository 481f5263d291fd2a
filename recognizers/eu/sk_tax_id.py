"""Tax identification numbers of Slovakia."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SK_TAX_ID",
    summary="Slovak tax identification number (DIČ), ten digits divisible by 11, next to a word like DIČ.",
    source="Act 563/2009 of Slovakia, section 67; check as in python-stdnum sk.dph",
    patterns=(
        Pattern(name="in context", regex=r"[1-9]\d{9}", score=0.4, checksum="stdnum.sk.dph", needs_context=True),
    ),
    context=("dic", "danove identifikacne cislo", "danove cislo", "slovak tax number"),
    examples=("DIČ «2022749619»", "DIČ: «1022345676»", "daňové identifikačné číslo «2021987605»"),
    non_examples=("DIČ 2022749610", "item 2022749619", "DIČ 20227"),
)
