"""Passports: the machine readable zone of any state, and numbers of European ones."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_MRZ = WORD_CHARS + "<"
_BREAK = r"(?:\r?\n|\\n| )"
_LOWER = r"[A-Z0-9<]{9}[0-9<][A-Z][A-Z<]{2}\d{6}\d[MFX<]\d{6}\d[A-Z0-9<]{14}[0-9<]\d"

RECOGNIZER = Recognizer(
    entity="EU_PASSPORT",
    summary="Passport: machine readable lines of any state (two of 44 characters, check digits agree), or the number "
    "of a European passport next to a word like passport.",
    source="ICAO Doc 9303 part 4; Council of the EU, PRADO (number formats per state)",
    patterns=(
        Pattern(
            name="both lines",
            regex=rf"P[A-Z<][A-Z<]{{42}}{_BREAK}{_LOWER}",
            score=1.0,
            checksum="mrz_td3",
            not_preceded_by=_MRZ,
            not_followed_by=_MRZ,
        ),
        Pattern(
            name="upper line",
            regex=r"P[A-Z<][A-Z][A-Z<]{2}[A-Z][A-Z<]{0,35}<<[A-Z<]{0,37}",
            score=0.9,
            checksum="mrz_td3_names",
            not_preceded_by=_MRZ,
            not_followed_by=_MRZ,
        ),
        Pattern(
            name="lower line",
            regex=_LOWER,
            score=1.0,
            checksum="mrz_td3",
            not_preceded_by=_MRZ,
            not_followed_by=_MRZ,
        ),
        Pattern(
            name="letters and digits",
            regex=r"[A-Z]{1,2} ?\d{6,7}|[A-Z]{3} ?\d{6}|\d{2}[A-Z]{2}\d{5}|[A-Z]\d{8}",
            score=0.06,
            needs_context=True,
        ),
        Pattern(name="digits", regex=r"\d{8,9}", score=0.05, needs_context=True),
    ),
    context=(
        "passport", "passport number", "passport no", "passeport", "pasaporte", "passaporto", "passaporte",
        "paspoort", "reisepass", "passnummer", "paszport", "paszportu", "pasaport", "pasaportul", "cestovni pas",
        "cestovny pas", "putovnica", "putovnice", "potni list", "utlevel", "passi", "passinumero", "pass nr",
        "passnr", "passnr.", "pas nr", "pase", "pasas", "vegabref", "diavatirio",
    ),
    examples=(
        "«P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10»",
        "«P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<» is the upper line",
        "and «L898902C36UTO7408122F1204159ZE184226B<<<<<10» the lower",
        "passeport «12AB34567»",
        "pasaporte n.º «PAA123456»",
        "passaporto «YA1234567»",
    ),
    non_examples=(
        "P<UTOERIKSSON<ANNA<MARIA<<<",
        "L898902C36UTO7408123F1204159ZE184226B<<<<<10",
        "part YA1234567",
        "a passport of 1984",
    ),
)  # fmt: skip
