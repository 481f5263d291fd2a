"""Identity cards: the machine readable zone of any state, and numbers of European ones."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_MRZ = WORD_CHARS + "<"
_BREAK = r"(?:\r?\n|\\n| )"
_TOP = r"[ACI][A-Z<][A-Z][A-Z<]{2}[A-Z0-9<]{9}[0-9<][A-Z0-9<]{15}"
_MIDDLE = r"\d{6}\d[MFX<]\d{6}\d[A-Z][A-Z<]{2}[A-Z0-9<]{11}\d"
_TWO_LINES = r"[A-Z0-9<]{9}[0-9<][A-Z][A-Z<]{2}\d{6}\d[MFX<]\d{6}\d[A-Z0-9<]{7}\d"
_FRENCH = r"\d{4}[A-Z0-9]{3}\d{5}\d[A-Z<]{14}\d{6}\d[MF]\d"


def _mrz(name: str, regex: str, score: float, checksum: str) -> Pattern:
    return Pattern(name=name, regex=regex, score=score, checksum=checksum, not_preceded_by=_MRZ, not_followed_by=_MRZ)


RECOGNIZER = Recognizer(
    entity="EU_ID_CARD",
    summary="Identity card or residence permit: machine readable lines of any state (three of 30 or two of 36 "
    "characters, check digits agree), or the number of a European card next to a word like identity card.",
    source="ICAO Doc 9303 parts 5 and 6; regulation (EU) 2025/1208; Council of the EU, PRADO (formats per state)",
    patterns=(
        _mrz("three lines", rf"{_TOP}{_BREAK}{_MIDDLE}{_BREAK}[A-Z<]{{30}}", 1.0, "mrz_td1"),
        _mrz("two lines", rf"[ACI][A-Z<][A-Z][A-Z<]{{33}}{_BREAK}{_TWO_LINES}", 1.0, "mrz_td2"),
        _mrz("French, two lines", rf"IDFRA[A-Z<]{{25}}[A-Z0-9<]{{6}}{_BREAK}{_FRENCH}", 1.0, "mrz_td2"),
        _mrz("top line", _TOP, 0.9, "mrz_td1_top"),
        _mrz("middle line", _MIDDLE, 0.9, "mrz_td1_middle"),
        _mrz("names line", r"[A-Z][A-Z<]{0,26}<<[A-Z<]{1,27}", 0.8, "mrz_td1_names"),
        _mrz("lower line of two", _TWO_LINES, 1.0, "mrz_td2"),
        Pattern(
            name="in context",
            regex=r"[A-Z]{1,2} ?\d{6,8}|\d{6} ?[A-Z]{2}|\d{8,9}|\d{12}|[A-Z][A-Z0-9]{6}\d{2}",
            score=0.06,
            needs_context=True,
        ),
    ),
    context=(
        "identity card number", "identity card no", "identity card", "id card number", "id card no", "id card",
        "national id", "national identity card", "carte nationale d'identite", "carte d'identite", "identite",
        "cni", "cnie", "obcansky prukaz", "cislo op", "obciansky preukaz", "osobna iskaznica", "osobne iskaznice",
        "osebna izkaznica", "osebne izkaznice", "szemelyi igazolvany", "szig", "carte de identitate", "buletin",
        "seria", "lichna karta", "licna karta", "henkilokortti", "identitetskort", "id-kort", "id-kaart",
        "asmens tapatybes kortele", "personas aplieciba", "deltio taftotitas", "deltio tautotitas", "adt",
        "titre de sejour", "residence permit", "aufenthaltstitel", "permesso di soggiorno", "nafnskirteini",
    ),
    examples=(
        "«I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<»",
        "«I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6»",
        "«IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6»",
        "«I<UTOD231458907<<<<<<<<<<<<<<<», then «7408122F1204159UTO<<<<<<<<<<<6», «ERIKSSON<<ANNA<MARIA<<<<<<<<<<»",
        "carte d'identité «880692310285»",
        "občanský průkaz «200123456»",
        "carte de identitate, seria «RX 123456»",
        "osobna iskaznica «115123456»",
    ),
    non_examples=(
        "I<UTOD231458908<<<<<<<<<<<<<<<",
        "7408123F1204159UTO<<<<<<<<<<<6",
        "cat <<EOF and std::cout <<X",
        "part RX 123456",
        "identity cards since 2006",
    ),
)  # fmt: skip
