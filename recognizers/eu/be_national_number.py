"""National register numbers of Belgium."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BE_NATIONAL_NUMBER",
    summary="Belgian national register number (rijksregisternummer, numéro national) or bis number: birth date, "
    "serial, modulus 97.",
    source="Royal decree of 3 April 1984; Belgian National Register, 'Identificatienummer'",
    patterns=(
        Pattern(name="grouped", regex=r"\d{2}\.\d{2}\.\d{2}[ -]\d{3}[.-]\d{2}", score=0.8, checksum="be_nn"),
        Pattern(name="plain", regex=r"\d{11}", score=0.4, checksum="be_nn", not_preceded_by=WORD_CHARS + "./-"),
        Pattern(name="spaced", regex=r"\d{6}[ -]\d{3}[ .-]\d{2}", score=0.6, checksum="be_nn"),
    ),
    context=(
        "rijksregisternummer", "rijksregister", "numero national", "registre national",
        "numero de registre national", "niss", "insz", "rrn", "nn", "bis number",
        "nationalregisternummer", "national number", "national register number",
    ),
    examples=(
        "rijksregisternummer «85.07.30-033.28»",
        "numéro de registre national «901224-123.64»",
        "INSZ «85073003328»",
        "NISS: «85.47.30-033-17»",
    ),
    non_examples=("rijksregisternummer 85.07.30-033.20", "85073003301 is one digit off", "1.85.07.30"),
)  # fmt: skip
