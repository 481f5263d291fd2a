"""Social security numbers of Spain."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ES_SOCIAL_SECURITY",
    summary="Spanish social security number (NUSS, NAF), twelve digits: province, serial, modulus 97; written 2-8-2, "
    "or plain.",
    source="TGSS, 'Número de Seguridad Social'; royal decree 84/1996",
    patterns=(
        Pattern(name="grouped", regex=r"\d{2}[ /-]\d{7,8}[ /-]\d{2}", score=0.6, checksum="es_nuss"),
        Pattern(name="plain", regex=r"\d{12}", score=0.35, checksum="es_nuss", not_preceded_by=WORD_CHARS + "./-"),
    ),
    context=(
        "nuss", "naf", "numero de la seguridad social", "numero de seguridad social", "seguridad social",
        "n.o seguridad social", "afiliacion", "spanish social security",
    ),
    examples=("NUSS «28/12345678/40»", "número de la Seguridad Social: «082345678924»", "it is «41 00123456 84»"),
    non_examples=("NUSS 28/12345678/41", "281234567841", "NUSS 28/123456"),
)  # fmt: skip
