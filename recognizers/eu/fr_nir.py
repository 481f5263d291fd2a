"""Social security numbers of France."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="FR_NIR",
    summary="French social security number (NIR): sex, year, month, place, serial and key modulus 97; without its key"
    " next to a word like sécurité sociale.",
    source="Code de la sécurité sociale, R115-1; INSEE, 'Numéro de sécurité sociale'",
    patterns=(
        Pattern(
            name="with key",
            regex=r"[1-478][ .]?\d{2}[ .]?\d{2}[ .]?\d[0-9AB][ .]?\d{3}[ .]?\d{3}[ .-]?\d{2}",
            score=0.7,
            checksum="fr_nir",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(
            name="without key",
            regex=r"[12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2])[ .]?\d[0-9AB][ .]?\d{3}[ .]?\d{3}",
            score=0.3,
            needs_context=True,
        ),
    ),
    context=(
        "nir", "securite sociale", "numero de securite sociale", "numero secu", "secu", "nss", "insee", "numero insee",
        "carte vitale", "french social security",
    ),
    examples=(
        "NIR «1 85 05 78 006 084 91»",
        "sécurité sociale: «285057800608441»",
        "it is «2 94 03 2A 120 005 51»",
        "n° sécu «1 85 05 78 006 084»",
    ),
    non_examples=("NIR 185057800608400", "NIR 1 85 15 78 006 084 91", "order 1850578006084"),
)  # fmt: skip
