"""Personal identity codes of Finland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="FI_PERSONAL_IDENTITY_CODE",
    summary="Finnish personal identity code (henkilötunnus): birth date, century sign, serial and control character, "
    "also temporary ones.",
    source="Digital and Population Data Services Agency, 'The personal identity code'; decree 128/2010, new signs of"
    " 2023",
    patterns=(
        Pattern(name="code", regex=r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", score=0.7, checksum="fi_hetu"),
    ),
    context=("henkilotunnus", "henkilotunnuksesi", "hetu", "personbeteckning", "personal identity code", "finnish id"),
    examples=("henkilötunnus «131052-308T»", "HETU: «010180-1232»", "it is «150203A917M»"),
    non_examples=("henkilötunnus 131052-308A", "321052-308T has no such day", "131052_308T"),
)
