"""National identification numbers of Luxembourg."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="LU_NATIONAL_ID",
    summary="Luxembourg national identification number (matricule), 13 digits: birth date, serial, a Luhn and a "
    "Verhoeff check digit.",
    source="Grand-ducal regulation of 21 December 2012; OECD, Tax identification numbers, Luxembourg",
    patterns=(
        Pattern(
            name="plain",
            regex=r"(?:18|19|20)\d{2}[01]\d[0-3]\d{6}",
            score=0.7,
            checksum="lu_nin",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(
            name="grouped",
            regex=r"(?:18|19|20)\d{2} ?[01]\d ?[0-3]\d ?\d{3} ?\d{2}",
            score=0.6,
            checksum="lu_nin",
        ),
    ),
    context=(
        "matricule", "numero matricule", "matricule nationale", "numero d'identification national", "cns",
        "luxembourg id",
    ),
    examples=("matricule «1980010112302»", "it is «1975 12 31 457 09»", "CNS: «2001020378982»"),
    non_examples=("matricule 1980010112300", "matricule 1980130112345", "19800101"),
)  # fmt: skip
