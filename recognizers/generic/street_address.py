"""Street addresses by country pattern."""

from recognizers.recognizer import Pattern, Recognizer

_STREET = r"(?:Street|Road|Avenue|Lane|Boulevard|Drive|Crescent|Terrace|Parkway|(?:St|Rd|Ave|Ln|Blvd|Dr|Pkwy|Cres)\.?)"
_PLACE = (
    r"(?:Close|Court|Place|Square|Way|Gardens|Grove|Mews|Row|Hill|Park|Loop|Pike|Highway|Hwy|Alley|Pass|Point|Ridge|"
    r"Circle|Trail|Plaza|Walk|(?:Ct|Pl|Sq|Cir|Trl)\.?)"
)
_WORDS = r"(?:[A-Z][A-Za-z'.-]{0,13} ){1,3}"
_END = r"(?: (?:NW|NE|SW|SE|N|S|E|W)\.?)?(?:,? (?:Apt|Suite|Ste|Unit|Flat|Floor|Room|Rm|#)\.? ?#?[A-Z0-9]{1,5})?"
_NOT_A_YEAR = r"(?:\d{1,3}|[3-9]\d{3}|1[0-7]\d\d|2[1-9]\d\d|\d{5})(?:[A-Za-z]|-\d{1,4})?"
_CODE = r"(?:[A-Z]{2},? \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})"
_FR_NUMBER = r"\d{1,4}(?: ?(?:[Bb]is|[Tt]er|[A-D]))?"
_FR_TYPE = (
    r"(?:[Rr]ue|[Aa]venue|[Aa]v\.|[Bb]oulevard|[Bb]d|[Cc]hemin|[Ii]mpasse|[Aa]llees?|[Qq]uai|[Rr]oute|[Pp]lace"
    r"|[Cc]haussee)"
)
_FR_NAME = r"(?: (?:de la|de|des|du|la|le|les|aux?))? (?:[dl]')?[A-Z][A-Za-z'-]{1,15}(?:[ -][A-Z][A-Za-z'-]{1,12}){0,2}"
_DE_TYPE = r"(?:stras?se|str\.|gasse|allee|weg|platz|damm|ufer|chaussee|steig)"
_DE_WORD = r"(?:Stras?se|Str\.|Gasse|Allee|Weg|Platz|Damm|Ufer|Chaussee|Ring|Steig)"
_DE_END = (
    r" \d{1,3} ?[a-z]?(?: ?[-/] ?\d{1,3}[a-z]?)?"
    r"(?:,? (?:[DA]-|CH-)?\d{4,5} [A-Z][a-z]{1,15}(?:[ -][A-Z][a-z]{1,9})?)?"
)
_ES_TYPE = r"(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Pp]aseo|[Cc]amino|[Cc]arretera|[Cc]arrer|Rua|Travessa)"
_IT_TYPE = r"(?:Via|Viale|[Vv]\.le|Piazza|Piazzale|P\.zza|Corso|C\.so|Vicolo)"
_ROMANCE = (
    r"(?: (?:de la|de los|de|del|della|delle|dei|degli|di|da|do|dos|das|la|las|los|el))?"
    r"(?: [A-Z][A-Za-z'.-]{0,10}){1,3},? (?:n[.ro]{0,2} ?)?\d{1,4}(?:[ /]?[A-Za-z])?"
    r"(?:,? \d{4,5}(?:-\d{3})? [A-Z][A-Za-z'-]{1,14})?"
)
_NL_TYPE = r"(?:straat|laan|plein|plaats|gracht|kade|singel|weg|dreef|baan)"
_NL_END = r" \d{1,4} ?[a-zA-Z]?(?:-\d{1,3})?(?:,? \d{4} ?[A-Z]{2} [A-Z][a-z]{1,20})?"
_NORDIC_TYPE = r"(?:gatan|gata|gate|gade|vagen|veien|vegen|katu|kuja|intie|tie|stigen|allen|alle|vej|torv)"
_NORDIC_END = r" \d{1,3} ?[A-Z]?(?:,? (?:\d{3} \d\d|\d{4,5}) [A-Z][a-z]{1,20})?"
_NAME = r"(?:[A-Z][a-z]{1,14} ){1,2}"
_NORDIC_WORD = "(?:gate|gata|vei|veg|plass|vag|gade|plads|tie)"
_OTHER_SCRIPTS = r"(?:ø{1,4}\. ?)?ø{3,16}(?: ø{3,14})?,? \d{1,3}ø?,? \d{2,4} ?\d\d ø{3,14}"
_EAST_END = r"(?: [A-Z][a-z]{1,14}){1,3},? (?:nr\.? ?|br\.? ?)?\d{1,4}[A-Za-z]?"
_PL_END = r" (?:[A-Z][A-Za-z.-]{1,14} ){1,3}\d{1,3}[A-Za-z]?(?:/\d{1,3})?(?:,? \d{2}-\d{3} [A-Z][a-z]{1,18})?"


def _pattern(name: str, regex: str, score: float = 0.6, checksum: str | None = None) -> Pattern:
    """A form that stands alone, or, where its score is low, one that needs a word like address before it."""
    return Pattern(name=name, regex=regex, score=score, checksum=checksum, needs_context=score < 0.5)


RECOGNIZER = Recognizer(
    entity="STREET_ADDRESS",
    summary="Postal address: house number and street word in the order of the country, with flat, postcode and town "
    "where they follow: English, German, French, Spanish, Portuguese, Italian, Dutch, Nordic, Polish, Hungarian, "
    "Czech, Slovak, Romanian, South Slavic, Baltic, Greek and Bulgarian; PO boxes.",
    source="UPU S42 and addressing systems per country; USPS Publication 28, appendix C; Royal Mail, PAF guide",
    patterns=(
        _pattern("English", f"{_NOT_A_YEAR} {_WORDS}{_STREET}{_END}"),
        _pattern("English, place", rf"\d{{1,5}}[A-Za-z]? {_WORDS}(?:{_STREET}|{_PLACE}){_END}", 0.2),
        _pattern("English, numbered", rf"\d{{1,5}} (?:[A-Z][a-z.]{{0,5}} )?\d{{1,3}}(?:st|nd|rd|th) {_STREET}{_END}"),
        _pattern(
            "English, with code",
            rf"\d{{1,5}}[A-Z]? (?:[A-Z][A-Za-z.]{{0,9}} ){{1,2}}(?:{_STREET}|{_PLACE}),? (?:(?:Apt|Suite|Ste|Unit|Flat"
            rf"|#)\.? ?[A-Z0-9]{{1,4}},? )?(?:[A-Z][A-Za-z.-]{{1,10}},? ?){{1,2}}{_CODE}",
            0.9,
            "address_code",
        ),
        _pattern("flat", r"(?:[Aa]pt\.?|[Aa]partment) #?\d{1,4}[A-Z]?|[Ss]uite #?\d{3,4}[A-Z]?", 0.5),
        _pattern("PO box", r"(?:[Pp]\.? ?[Oo]\.? ?|[Pp]ost [Oo]ffice )[Bb][Oo][Xx] #?\d{1,6}", 0.7),
        _pattern("German", rf"[A-Z][a-z]{{1,15}}(?:-[A-Z][a-z]{{1,9}})?-?{_DE_TYPE}{_DE_END}"),
        _pattern("German, words", rf"[A-Z][a-z]{{1,14}}(?:-[A-Z][a-z]{{1,10}})?[ -]{_DE_WORD}{_DE_END}"),
        _pattern("French", rf"{_FR_NUMBER},? {_FR_TYPE}{_FR_NAME}(?:,? \d{{5}} [A-Z]\w{{1,9}})?"),
        _pattern("French, number last", rf"(?:Rue|Avenue|Boulevard|Chaussee|Quai){_FR_NAME},? \d{{1,4}}[A-Za-z]?"),
        _pattern("Spanish, Portuguese", _ES_TYPE + _ROMANCE),
        _pattern("Italian", _IT_TYPE + _ROMANCE),
        _pattern("Dutch", rf"[A-Z][a-z]{{2,18}}{_NL_TYPE}{_NL_END}"),
        _pattern("Nordic", rf"[A-Z][a-z]{{2,18}}{_NORDIC_TYPE}{_NORDIC_END}"),
        _pattern("Nordic, words", f"{_NAME}{_NORDIC_WORD}{_NORDIC_END}"),
        _pattern("Hungarian", rf"{_NAME}(?:utca|u\.|ut|ter|korut|koz|setany) \d{{1,3}}(?:/[A-Z])?"),
        _pattern("Czech, Slovak, Croatian", rf"{_NAME}(?:ulice|ulica|namesti|namestie|trida|trg) \d{{1,4}}"),
        _pattern("Romanian, South Slavic", rf"(?:Strada|Str\.|Bulevardul|B-dul|Ulica|Trg|Cesta|Calea){_EAST_END}"),
        _pattern("Baltic", rf"{_NAME}(?:iela|gatve|g\.|tanav|puiestee|pst|mnt|maantee) \d{{1,3}}"),
        _pattern("other scripts", _OTHER_SCRIPTS),
        _pattern("Polish", rf"(?:ul|al|os|pl)\.{_PL_END}", 0.8),
    ),
    context=(
        "address", "live", "lives", "living", "residence", "resides", "residing", "located", "ship to", "deliver to",
        "delivered to", "mail to", "mailing", "billing", "adresse", "anschrift", "wohnhaft", "wohnt", "habite",
        "domicile", "domicilio", "direccion", "indirizzo", "residente", "adres", "woont", "endereco", "home",
    ),
    examples=(
        "at «221B Baker Street», «350 W 42nd St Apt 12B»",
        "send it to «742 Evergreen Terrace, Springfield, IL 62704»",
        "«12 High Street, London SW1A 1AA», my address is «1984 Park Avenue», she lives at «5 Kingsley Close»",
        "Anschrift: «Musterstraße 12a, 10115 Berlin» or «Berliner Str. 5» or «Karl-Marx-Allee 34»",
        "«12 bis, rue de la Paix, 75002 Paris» and «Rue de la Loi 16»",
        "«Calle de Alcalá 45, 28014 Madrid» and «Rua das Flores, 23» or «P.O. Box 1234», «Apt. 305»",
        "«Via Giuseppe Verdi 12, 20121 Milano», «Keizersgracht 174, 1016 DW Amsterdam»",
        "«Drottninggatan 5, 111 51 Stockholm» or «ul. Marszałkowska 10/12, 00-590 Warszawa»",
    ),
    non_examples=(
        "In 2008 Wall Street fell, Spring 2007 and String 5",
        "the 3 Musketeers walked down the street, via Chrome 5 on Route 66, 12 rue and no name",
        "version 12 of Street View, and a suite of 12 rooms",
    ),
)  # fmt: skip
