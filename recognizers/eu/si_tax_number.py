"""Tax numbers of Slovenia."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SI_TAX_NUMBER",
    summary="Slovenian tax number (davčna številka), eight digits with a check digit, next to a word like davčna "
    "številka.",
    source="Tax Procedure Act of Slovenia, article 36; check as in python-stdnum si.ddv",
    patterns=(
        Pattern(name="in context", regex=r"[1-9]\d{7}", score=0.4, checksum="stdnum.si.ddv", needs_context=True),
    ),
    context=("davcna stevilka", "davcna", "davcno stevilko", "davcna st.", "id za ddv", "slovenian tax number"),
    examples=("davčna številka «15012557»", "davčna št.: «50223054»", "Slovenian tax number «87654326»"),
    non_examples=("davčna številka 15012550", "order 15012557", "davčna številka 150125"),
)
