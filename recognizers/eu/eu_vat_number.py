"""VAT numbers of the European Union and Northern Ireland."""

from recognizers.recognizer import Pattern, Recognizer

_8, _9, _10, _11, _12 = (rf"\d(?:[ .-]?\d){{{count - 1}}}" for count in range(8, 13))
_NATIONAL = (
    rf"AT[ -]?U[ -]?{_8}",
    rf"(?:BE[ -]?[01]?|DE[ -]?|EE[ -]?|EL[ -]?|GR[ -]?|PT[ -]?|XI[ -]?){_9}",
    rf"(?:DK|FI|HU|LU|MT|SI)[ -]?{_8}",
    rf"(?:HR|IT|LV)[ -]?{_11}",
    rf"(?:PL|SK)[ -]?{_10}",
    r"(?:BG|CZ|RO)[ -]?\d{8,10}",
    r"CY[ -]?\d{8}[A-Z]",
    r"ES[ -]?[A-Z0-9][ -]?\d{7}[ -]?[A-Z0-9]",
    rf"FR[ -]?[A-Z0-9]{{2}}[ -]?{_9}",
    r"IE[ -]?\d[A-Z0-9]\d{5}[A-Z]{1,2}",
    r"LT[ -]?\d{9}(?:\d{3})?",
    rf"NL[ -]?{_9}[ .-]?B[ .-]?\d{{2}}",
    r"RO[ -]?\d{6,7}",
    rf"SE[ -]?{_12}",
)

RECOGNIZER = Recognizer(
    entity="EU_VAT_NUMBER",
    summary="VAT number of a member state of the European Union or of Northern Ireland, with its country prefix and a "
    "valid check; sole proprietors have one.",
    source="Directive 2006/112/EC, articles 214 and 215; European Commission, VIES FAQ (formats per country)",
    patterns=(
        Pattern(name="with prefix", regex="|".join(_NATIONAL), score=0.7, checksum="eu_vat"),
        Pattern(
            name="in lower case",
            regex=r"[a-z]{2}u?\d{8,12}(?:b\d{2})?",
            score=0.2,
            checksum="eu_vat",
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=(
        "vat", "vat number", "vat no", "vat id", "vat reg", "ust-idnr", "ust-id", "ustid", "umsatzsteuer", "uid",
        "tva", "iva", "partita iva", "btw", "btw-nummer", "nif", "cif", "moms", "momsnr", "alv", "dic", "pdv",
        "ddv", "pvm", "pvn",
    ),
    examples=(
        "USt-IdNr. «DE136695976»",
        "«ATU12345675», «BE0428759497», «NL123456782B90»",
        "TVA «FR 40 303 265 045»",
        "«IT00743110157» and «ESB58378431»",
        "BTW «BE 0428.759.497»",
        "vat «de136695976»",
        "«IE6433435F», «PL8567346215», «SE556188840401»",
    ),
    non_examples=("DE136695977", "XX136695976", "BE0428759498 is one off", "DE 13", "FR 1789 1830 1848"),
)  # fmt: skip
