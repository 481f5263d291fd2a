"""Birth numbers of the Czech Republic."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CZ_RODNE_CISLO",
    summary="Czech birth number (rodné číslo): date with month plus 50 for women, serial, modulus 11; written 6/4 "
    "(6/3 before 1954) or next to a word like rodné číslo.",
    source="Act 133/2000 of the Czech Republic, section 13",
    patterns=(
        Pattern(name="with slash", regex=r"\d{2}[0-8]\d[0-3]\d/\d{4}", score=0.6, checksum="stdnum.cz.rc"),
        Pattern(name="before 1954", regex=r"\d{2}[0-8]\d[0-3]\d/\d{3}", score=0.3, checksum="stdnum.cz.rc"),
        Pattern(
            name="in context",
            regex=r"\d{2}[0-8]\d[0-3]\d ?\d{3,4}",
            score=0.3,
            checksum="stdnum.cz.rc",
            needs_context=True,
        ),
    ),
    context=("rodne cislo", "rodneho cisla", "rodnym cislem", "r.c.", "rc", "birth number", "czech"),
    examples=("rodné číslo «7103192745»", "it is «780123/3540»", "r.č. «536211/0127»", "rodné číslo «345612/123»"),
    non_examples=("rodné číslo 7103192740", "rodné číslo 719919/2745", "order 7103192745"),
)
