"""Dates more specific than a year."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_YEAR = r"(?:1[6-9]|20)\d{2}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_TIME = r"(?:(?:T|,? {1,2})\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?[AaPp][Mm]|Z|[+-]\d{2}:?\d{2})?)?"
_NAME = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_FOREIGN = (
    r"(?:Januar|Februar|Marz|Mai|Juni|Juli|Oktober|Dezember|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|"
    r"octobre|novembre|decembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre)"
)
_BEFORE, _AFTER = WORD_CHARS + "/.-", WORD_CHARS + "/-"

RECOGNIZER = Recognizer(
    entity="DATE_TIME",
    summary="Date more specific than a year, with its time of day: ISO, American and European numbers, month names. At "
    "0.45 only `strict` takes it; next to a label like date of birth it scores higher.",
    source="45 CFR 164.514(b)(2)(i)(C); ISO 8601-1; Unicode CLDR date patterns",
    patterns=(
        Pattern(
            name="year first",
            regex=rf"{_YEAR}(?:-{_MONTH}-{_DAY}|/{_MONTH}/{_DAY}|\.{_MONTH}\.{_DAY}){_TIME}",
            score=0.45,
            not_preceded_by=_BEFORE,
            not_followed_by=_AFTER,
        ),
        Pattern(
            name="year last",
            regex=rf"(?:{_DAY}/{_MONTH}/|{_MONTH}/{_DAY}/|{_DAY}-{_MONTH}-|{_MONTH}-{_DAY}-|{_DAY}\. ?{_MONTH}\. ?)"
            rf"{_YEAR}{_TIME}",
            score=0.45,
            not_preceded_by=_BEFORE,
            not_followed_by=_AFTER,
        ),
        Pattern(
            name="short year",
            regex=rf"(?:{_DAY}/{_MONTH}|{_MONTH}/{_DAY})/\d{{2}}{_TIME}",
            score=0.45,
            not_preceded_by=_BEFORE,
            not_followed_by=_AFTER,
        ),
        Pattern(
            name="month first",
            regex=rf"{_NAME} {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR})?{_TIME}|{_NAME},? {_YEAR}",
            score=0.45,
            ignore_case=True,
        ),
        Pattern(
            name="day first",
            regex=rf"{_DAY}(?:st|nd|rd|th)?[ -](?:of )?{_NAME}(?:,?[ -](?:{_YEAR}|\d{{2}}))?{_TIME}",
            score=0.45,
            ignore_case=True,
        ),
        Pattern(
            name="other languages",
            regex=rf"{_DAY}(?:\.|er)? (?:de )?{_FOREIGN}(?: (?:de )?{_YEAR})?",
            score=0.45,
            ignore_case=True,
        ),
        Pattern(
            name="digits",
            regex=r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
            score=0.4,
            needs_context=True,
        ),
    ),
    context=(
        "date of birth", "birth date", "birthdate", "dob", "d.o.b", "my birthday", "birthday is", "birthday:",
        "date of death", "date of admission", "admission date", "admitted", "discharge date", "discharged",
        "date of discharge", "date of service", "service date", "i was born", "patient was born", "née le", "né le",
        "date of surgery", "surgery date", "date of procedure", "seen on", "date of birth/death", "дата рождения",
        "出生日期", "生年月日", "visit date", "geburtsdatum", "geboren am", "date de naissance", "fecha de nacimiento",
        "data di nascita", "geboortedatum", "data urodzenia",
    ),
    examples=(
        "DOB: «02/07/1961», female",
        "date of birth «1961-02-07»",
        "admission date «2004-12-06 08:35:20»",
        "Geburtsdatum: «7. Mai 1957»",
        "birth date «March 3rd, 1957»",
        "DOB «19610207»",
    ),
    non_examples=(
        "in 1961 and 1962",
        "version 1.2.3 of 2020",
        "may 61 persons come",
        "13:45 is a time",
    ),
)  # fmt: skip
