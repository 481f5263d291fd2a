"""Russian taxpayer numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="RU_INN",
    summary="Russian taxpayer number (INN): ten digits for organisations, twelve for persons, check digits, in "
    "context.",
    source="Federal Tax Service (Russia), order ММВ-7-6/435@ of 29 June 2012",
    patterns=(Pattern(name="number", regex=r"\d{12}|\d{10}", score=0.5, checksum="stdnum.ru.inn", needs_context=True),),
    context=("inn", "inn number", "russian tax number", "taxpayer identification number", "инн"),
    examples=(
        "INN «385992661753»",
        "inn: «7312871550»",
        "Russian tax number «745455136376»",
    ),
    non_examples=(
        "INN 385992661754 fails",
        "385992661753 alone",
        "the inn has 12 rooms",
    ),
)
